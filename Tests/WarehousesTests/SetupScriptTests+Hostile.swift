import Testing
import WarehouseConnections

@testable import Warehouses

extension SetupScriptTests {
    /// Names that both warehouses take and that break out of a script that is not careful.
    private static let hostileNames =
        [
            "select", "TABLE", "order by", "user", "lower case", "Mixed-Case", "1st", "a.b", " ", " a ", "\"", "\"\"",
            "\"a\"",
            "a\"b", "\";", "\"; DROP DATABASE \"X", "'", "''", "it's", "'; DROP DATABASE X; --", "a\\b", "\\n", "a\\'b",
            "$$",
            "$$; DROP DATABASE X; $$", "--", "a--b", "-- noqa", ";", ";;", "/*", "*/", "//", "#", "{{", "}}", "{{ x }}",
            "{% for %}", "{#", "${x}", "&x", "&&", ":x", "?", "@x", "%s", "`", "``", "[x]", "(", ")", "É", "E\u{301}",
            "\"\u{301}", "'\u{301}", "漢字", "Ω", "🎉", "👩‍👩‍👧", "\u{A0}", "\u{FEFF}", "\u{200B}", "\u{FFFD}", "\u{10FFFF}",
        ] + ["a", "A", "\"", "'", "é", "🎉", "\u{10FFFF}", " "].map { String(repeating: $0, count: 255) }

    @Test(.timeLimit(.minutes(10)))
    func writesSnowflakeThatParsesWhateverTheNames() async throws {
        let fields = ["warehouse", "database", "schema", "role", "user"]
        var configurations = try [WarehouseConfiguration.snowflake()]
        for name in Self.hostileNames {
            configurations.append(try .snowflake(Dictionary(uniqueKeysWithValues: fields.map { ($0, name) })))
        }
        try await checkThatOnlyNamesDiffer(configurations, fields, made: [Snowflake.fileFormat, Snowflake.stage])
    }

    @Test(.timeLimit(.minutes(10)))
    func writesClickHouseThatParsesWhateverTheNames() async throws {
        let fields = ["database", "username"]
        var configurations = try [WarehouseConfiguration.clickHouse(["username": "flagsmith"])]
        for name in Self.hostileNames + ["\\", "\\\\", "a\\", "a\\\"b", "\\\"", String(repeating: "\\", count: 255)] {
            configurations.append(try .clickHouse(Dictionary(uniqueKeysWithValues: fields.map { ($0, name) })))
        }
        try await checkThatOnlyNamesDiffer(configurations, fields, made: [])
    }

    @Test func writesRotationsThatParse() async throws {
        // Each kind of rotation with a plain name, then each name with one of them.
        let names = repeatElement("plain", count: 6) + Self.hostileNames
        let texts = try names.enumerated().map { index, name in
            let key = try KeyInstallation(
                .mock(),
                generation: 1 + index % 3,
                keepsPredecessor: index.isMultiple(of: 2)
            )
            return try #require(try SetupScript(for: .snowflake(["user": name]), installing: key)).text
        }
        for (text, script) in zip(texts, try await SQLFluff.parse(texts, dialect: "snowflake")) {
            #expect(script.statements.count == text.split(separator: "\n").count { !$0.hasPrefix("--") }, "\(text)")
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
            let script = try #require(try SetupScript(for: configuration, installing: KeyInstallation(.mock())))
            #expect(script.text.utf8.count <= WarehouseConnection.longestScript)
        }
    }

    /// Lets sqlfluff compare the scripts with the first one, which is harmless: the statements and every word but the
    /// names must be the same, and each name must come back from its quotation marks.
    ///
    /// - Parameter made: the names in every script.
    private func checkThatOnlyNamesDiffer(
        _ configurations: [WarehouseConfiguration],
        _ fields: [String],
        made: [String]
    ) async throws {
        let type = configurations[0].type
        let texts = try configurations.map {
            try #require(try SetupScript(for: $0, installing: KeyInstallation(.mock()))).text
        }
        let scripts = try await SQLFluff.parse(texts, dialect: type.name)
        #expect(scripts[0].statements.count == texts[0].split(separator: "\n").count { !$0.hasPrefix("--") })
        for ((configuration, text), script) in zip(zip(configurations, texts), scripts) {
            #expect(text.hasPrefix("-- Flagsmith Analytics\n"))
            #expect(script.statements == scripts[0].statements, "\(text)")
            #expect(script.otherWords == scripts[0].otherWords, "\(text)")
            let names = try fields.map { "\(try #require(configuration[$0]))" } + made
            let found = script.quotedIdentifiers.map { unquoted($0, escape: type == .clickHouse ? "\\" : "\"") }
            #expect(Set(found) == Set(names), "\(text)")
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
