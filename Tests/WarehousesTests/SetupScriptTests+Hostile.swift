import Testing
import WarehouseConnections

@testable import Warehouses

extension SetupScriptTests {
    /// Names that both warehouses take and that break out of a script that is not careful.
    static let hostileNames =
        [
            "select", "TABLE", "order by", "user", "lower case", "Mixed-Case", "1st", "a.b", " ", " a ", "\"", "\"\"",
            "\"a\"",
            "a\"b", "\";", "\"; DROP DATABASE \"X", "'", "''", "it's", "'; DROP DATABASE X; --", "a\\b", "\\n", "a\\'b",
            "$$",
            "$$; DROP DATABASE X; $$", "END;", "END;'; DROP DATABASE X; --", "''; --", "\\\\'; --", "--", "a--b",
            "-- noqa", ";", ";;", "/*", "*/", "//", "#", "{{", "}}", "{{ x }}", "{% for %}", "{#", "${x}", "&x", "&&",
            ":x", "?", "@x", "%s", "`", "``", "[x]", "(", ")", "É", "E\u{301}", "\"\u{301}", "'\u{301}", "漢字", "Ω", "🎉",
            "👩‍👩‍👧", "\u{A0}", "\u{FEFF}", "\u{200B}", "\u{FFFD}", "\u{10FFFF}",
        ] + ["a", "A", "\"", "'", "é", "🎉", "\u{10FFFF}", " "].map { String(repeating: $0, count: 255) }

    /// A configuration whose fields all have the same hostile name, for each name that an operator may give them. The
    /// first is harmless.
    private static func configurations(
        of type: WarehouseType,
        _ harmless: WarehouseConfiguration,
        _ fields: [String],
        _ names: [String] = hostileNames
    ) throws -> [WarehouseConfiguration] {
        let taken = names.compactMap { name in
            try? harmless.updated(given: Dictionary(uniqueKeysWithValues: fields.map { ($0, name) }))
        }
        // Most of them: else there was nothing to try.
        try #require(taken.count > names.count / 2)
        return [harmless] + taken
    }

    private static let snowflakeNames = ["warehouse", "database", "schema", "role", "user"]

    @Test(.timeLimit(.minutes(10)))
    func writesSnowflakeThatParsesWhateverTheNames() async throws {
        let configurations = try Self.configurations(of: .snowflake, .snowflake(), Self.snowflakeNames)
        let key = try KeyInstallation(.mock())
        try await checkThatOnlyNamesDiffer(
            configurations,
            Self.snowflakeNames,
            made: [Snowflake.fileFormat, Snowflake.stage]
        ) {
            SetupScript(for: $0, installing: key)?.text
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func writesSnowflakesTeardownThatParsesWhateverTheNames() async throws {
        let configurations = try Self.configurations(of: .snowflake, .snowflake(), Self.snowflakeNames)
        try await checkThatOnlyNamesDiffer(configurations, ["role", "user"]) { try TeardownScript(for: $0)?.text }
        // The statements that are comments are statements.
        try await checkThatOnlyNamesDiffer(configurations, Self.snowflakeNames) {
            try TeardownScript(for: $0)?.text.replacing("\n-- DROP ", with: "\nDROP ")
                // Which sqlfluff does not know, while it knows CREATE NETWORK RULE.
                .replacing("\nDROP NETWORK RULE ", with: "\nDROP TABLE ")
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func writesSnowflakesNetworkPolicyThatParsesWhateverTheNames() async throws {
        let configurations = try Self.configurations(of: .snowflake, .snowflake(), Self.snowflakeNames)
        let addresses = try ["8.8.8.8", "9.9.9.0/24"].map { try #require(EgressAddress($0)) }
        try await checkThatOnlyNamesDiffer(configurations, ["database", "schema", "user"]) {
            try NetworkPolicyScript(for: $0, allowing: addresses)?.text
                // Which sqlfluff does not know of these two, while Snowflake does.
                .replacing("\nCREATE OR ALTER NETWORK ", with: "\nCREATE OR REPLACE NETWORK ")
        }
        let texts = try configurations.map { try #require(try NetworkPolicyScript(for: $0, allowing: addresses)).text }
        for (configuration, script) in zip(configurations, try await SQLGlot.parse(texts, dialect: "snowflake")) {
            #expect(script.literals == ["8.8.8.8", "9.9.9.0/24", Snowflake.Names(configuration).networkRule])
        }
    }

    /// With a password that was made, `EmbeddedClickHouseTests` reads it: sqlfluff knows neither SALT nor ALTER USER.
    @Test(.timeLimit(.minutes(10)))
    func writesClickHouseThatParsesWhateverTheNames() async throws {
        let fields = ["database", "username"]
        let names = Self.hostileNames + ["\\", "\\\\", "a\\", "a\\\"b", "\\\"", String(repeating: "\\", count: 255)]
        let harmless = try WarehouseConfiguration.clickHouse(["username": "flagsmith"])
        let configurations = try Self.configurations(of: .clickHouse, harmless, fields, names)
        try await checkThatOnlyNamesDiffer(configurations, fields) { SetupScript(for: $0, installing: nil)?.text }
        try await checkThatOnlyNamesDiffer(configurations, fields, made: [ClickHouse.testTable]) {
            try TeardownScript(for: $0)?.text
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func writesRotationsThatParse() async throws {
        // Each kind of rotation with a plain name, then each name with one of them.
        let plain = try Array(repeating: WarehouseConfiguration.snowflake(), count: 6)
        let configurations = try plain + Self.configurations(of: .snowflake, .snowflake(), ["user"])
        let texts = try configurations.enumerated().map { index, configuration in
            let key = try KeyInstallation(
                .mock(),
                generation: 1 + index % 3,
                keepsPredecessor: index.isMultiple(of: 2)
            )
            return try #require(SetupScript(for: configuration, installing: key)).text
        }
        let read = try await SQLGlot.parse(texts, dialect: "snowflake")
        for ((text, script), other) in zip(zip(texts, try await SQLFluff.parse(texts, dialect: "snowflake")), read) {
            #expect(script.statements.count == text.statementLines.count, "\(text)")
            #expect(other.statements.count == text.statementLines.count, "\(text)")
        }
    }

    /// The block is a literal to both parsers. Here it comes back out of its quotation marks, and is parsed itself.
    @Test(.timeLimit(.minutes(10)))
    func writesABlockThatParsesWhateverTheName() async throws {
        let configurations = try Self.configurations(of: .snowflake, .snowflake(), ["user"])
        let key = try KeyInstallation(.mock())
        let texts = try configurations.map { try #require(SetupScript(for: $0, installing: key)).text }
        let blocks = try await SQLGlot.parse(texts, dialect: "snowflake").map { script in
            try #require(script.literals.first { $0.hasPrefix("\n    DECLARE") })
        }
        // To sqlfluff a result set comes from a query alone.
        let parsed = try await SQLFluff.parse(
            blocks.map { $0.replacing("(DESCRIBE USER ", with: "(SELECT ") },
            dialect: "snowflake"
        )
        let tokens = try await SQLGlot.parse(blocks, dialect: "snowflake", tokensAlone: true)
        for (index, configuration) in configurations.enumerated() {
            let user = "\(try #require(configuration["user"]))"
            #expect(parsed[index].statements == parsed[0].statements, "\(blocks[index])")
            #expect(parsed[index].otherWords == parsed[0].otherWords, "\(blocks[index])")
            #expect(tokens[index].otherTokens == tokens[0].otherTokens, "\(blocks[index])")
            #expect(tokens[index].names == [user, "property", "value"])
            let message = "another key is installed for user \(Snowflake.identifier(user)): "
            #expect(tokens[index].literals.first?.hasPrefix(message) == true)
            #expect(Array(tokens[index].literals.dropFirst()) == Array(tokens[0].literals.dropFirst()))
        }
    }

    @Test func fitsTheLongestNames() throws {
        let longest = String(repeating: "\u{10FFFF}", count: 255)
        for type in WarehouseType.all {
            var given: [String: String] = [:]
            for field in type.publicFields {
                given[field.name] = (try? field.value(of: longest)) == nil ? nil : longest
            }
            for field in type.publicFields where field.isRequired { given[field.name] = given[field.name] ?? "a" }
            try #require(given.values.contains(longest))
            let configuration = try WarehouseConfiguration(creating: type, given: given)
            let script = try #require(
                try SetupScript(
                    for: configuration,
                    installing: KeyInstallation(.mock()),
                    password: MadePassword().verifier
                )
            )
            #expect(script.text.utf8.count <= WarehouseConnection.longestScript)
        }
    }

    /// Lets both parsers compare the scripts with the first one, which is harmless: the statements and every word but the
    /// names must be the same, and each name must come back from its quotation marks.
    ///
    /// - Parameters:
    ///   - fields: those whose values are in the scripts.
    ///   - made: the names in every script.
    private func checkThatOnlyNamesDiffer(
        _ configurations: [WarehouseConfiguration],
        _ fields: [String],
        made: [String] = [],
        _ text: (WarehouseConfiguration) throws -> String?
    ) async throws {
        let type = configurations[0].type
        let texts = try configurations.map { try #require(try text($0)) }
        let scripts = try await SQLFluff.parse(texts, dialect: type.name)
        let others = try await SQLGlot.parse(texts, dialect: type.name)
        let count = texts[0].statementLines.count
        #expect(scripts[0].statements.count == count && others[0].statements.count == count, "\(texts[0])")
        for (index, configuration) in configurations.enumerated() {
            let (text, script, other) = (texts[index], scripts[index], others[index])
            #expect(text.hasPrefix("-- Flagsmith Analytics\n"))
            #expect(script.statements == scripts[0].statements, "\(text)")
            #expect(script.otherWords == scripts[0].otherWords, "\(text)")
            // Those with names have them between quotation marks.
            func withoutNames(_ texts: [String]) -> [String] { texts.filter { !$0.contains("\"") } }
            #expect(script.literalsAndComments.count == scripts[0].literalsAndComments.count, "\(text)")
            #expect(
                withoutNames(script.literalsAndComments) == withoutNames(scripts[0].literalsAndComments),
                "\(text)"
            )
            #expect(other.statements == others[0].statements, "\(text)")
            #expect(other.otherTokens == others[0].otherTokens, "\(text)")
            #expect(withoutNames(other.literals) == withoutNames(others[0].literals), "\(text)")
            let names = Set(try fields.map { "\(try #require(configuration[$0]))" } + made)
            let found = script.quotedIdentifiers.map { unquoted($0, escape: type == .clickHouse ? "\\" : "\"") }
            #expect(Set(found) == names, "\(text)")
            #expect(other.names == names, "\(text)")
        }
    }

    /// The name in quotation marks, of which each and each `escape` is written twice inside.
    private func unquoted(_ identifier: String, escape: Unicode.Scalar) -> String {
        var name = String.UnicodeScalarView()
        var isSecond = false
        for scalar in identifier.unicodeScalars.dropFirst().dropLast() {
            isSecond = !isSecond && (scalar == "\"" || scalar == escape)
            if !isSecond { name.append(scalar) }
        }
        return String(name)
    }
}

extension String {
    /// The first line of each statement: not comments, and not what is indented.
    var statementLines: [Substring] { split(separator: "\n").filter { !$0.hasPrefix("--") && !$0.hasPrefix(" ") } }
}
