import Foundation

extension Snowflake {
    /// What the answer to SHOW GRANTS TO ROLE lists.
    ///
    /// Source: https://docs.snowflake.com/en/sql-reference/sql/show-grants;
    /// https://docs.snowflake.com/en/developer-guide/sql-api/handling-responses.
    struct Grants {
        private let rows: [[String: String]]

        /// Nil if the answer is of another form, or is only the first part of a long list.
        init?(_ answer: Data) {
            guard let result = try? JSONDecoder().decode(ResultSet.self, from: answer) else { return nil }
            guard result.resultSetMetaData.numRows ?? 0 <= result.data.count else { return nil }
            let columns = result.resultSetMetaData.rowType.map { $0.name.lowercased() }
            guard ["privilege", "granted_on", "name"].allSatisfy(columns.contains) else { return nil }
            rows = result.data.map { values in
                Dictionary(zip(columns, values.map { $0 ?? "" })) { first, _ in first }
            }
        }

        /// Whether one row says so. Snowflake puts quotation marks around some names, so all are compared without.
        ///
        /// - Parameter kind: such as `FILE FORMAT`.
        func contain(_ privilege: String, on kind: String, _ name: String) -> Bool {
            rows.contains { row in
                [privilege, "OWNERSHIP", "ALL", "ALL PRIVILEGES"].contains(row["privilege"])
                    && row["granted_on"]?.replacing("_", with: " ").hasSuffix(kind) == true
                    && row["name"]?.replacing("\"", with: "") == name.replacing("\"", with: "")
            }
        }

        private struct ResultSet: Decodable {
            struct MetaData: Decodable {
                struct Column: Decodable {
                    let name: String
                }

                let numRows: Int?
                let rowType: [Column]
            }

            let resultSetMetaData: MetaData
            let data: [[String?]]
        }
    }

    /// The rights that loading needs and that `grants` lack. No step can try them without writing. Nil if none is missing.
    ///
    /// It may be there all the same: what the role has from another role is not listed.
    static func advice(on grants: Grants, _ names: Names) -> String? {
        let needs = [
            ("CREATE TABLE", "SCHEMA", names.schema, Step.schema.grant(names)),
            (
                "USAGE", "FILE FORMAT", names.fileFormat,
                "GRANT USAGE ON FILE FORMAT \(names.fileFormat) TO ROLE \(names.role);"
            ),
            ("WRITE", "STAGE", names.stage, Step.stage.grant(names)),
        ]
        let missing = needs.filter { privilege, kind, name, _ in !grants.contain(privilege, on: kind, name) }
        guard !missing.isEmpty else { return nil }
        let rights = missing.map { "\($0.0) on the \($0.1.lowercased())" }.joined(separator: ", ")
        let statements = missing.map(\.3).joined(separator: " ")
        return
            "the role itself lacks \(rights): loading fails unless another role gives it that. To grant it: \(statements)"
    }
}
