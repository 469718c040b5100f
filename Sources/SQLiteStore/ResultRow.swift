import GRDBSQLite
import WarehouseConnections

/// The row that a statement stands on. Valid until the statement is stepped on or reset.
@safe struct ResultRow {
    private let statement: OpaquePointer

    init(of statement: OpaquePointer) { unsafe self.statement = statement }

    /// - Throws: ``InvalidValue`` if the value is of another kind; so do the others.
    func text(_ column: Int) throws(InvalidValue) -> String? {
        guard try kind(column, SQLITE_TEXT, "text"), let bytes = unsafe sqlite3_column_text(statement, CInt(column))
        else { return nil }
        let count = Int(unsafe sqlite3_column_bytes(statement, CInt(column)))
        guard let text = unsafe String(validating: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
        else {
            throw InvalidValue("column \(column + 1)", "is no UTF-8")
        }
        return text
    }

    func integer(_ column: Int) throws(InvalidValue) -> Int64? {
        guard try kind(column, SQLITE_INTEGER, "integer") else { return nil }
        return unsafe sqlite3_column_int64(statement, CInt(column))
    }

    func blob(_ column: Int) throws(InvalidValue) -> [UInt8]? {
        guard try kind(column, SQLITE_BLOB, "blob") else { return nil }
        let count = Int(unsafe sqlite3_column_bytes(statement, CInt(column)))
        return unsafe Array(UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, CInt(column)), count: count))
    }

    /// The value of a field that `config` may hold in any kind; nil for one that no field has.
    func fieldValue(_ column: Int) -> FieldValue? {
        switch unsafe sqlite3_column_type(statement, CInt(column)) {
        case SQLITE_TEXT: (try? text(column)).flatMap { $0.map { .text($0) } }
        case SQLITE_INTEGER: .integer(unsafe sqlite3_column_int64(statement, CInt(column)))
        default: nil
        }
    }

    /// Whether there is a value; it is of that kind.
    private func kind(_ column: Int, _ expected: CInt, _ name: String) throws(InvalidValue) -> Bool {
        let kind = unsafe sqlite3_column_type(statement, CInt(column))
        if kind == SQLITE_NULL { return false }
        guard kind == expected else { throw InvalidValue("column \(column + 1)", "is no \(name)") }
        return true
    }
}
