import GRDB
import GRDBSQLite

/// The owner of a prepared statement of one parameter. It must not outlive its connection.
///
/// For what every request asks: GRDB's statements are used on a queue of their connection, and each hop onto it costs as
/// much as the look-up. The corresponding C type is `sqlite3_stmt`.
@safe struct PreparedStatement: ~Copyable {
    private let statement: OpaquePointer
    private let connection: OpaquePointer

    init(_ sql: String, _ connection: OpaquePointer) throws(DatabaseError) {
        var statement: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let code = unsafe sqlite3_prepare_v3(connection, sql, -1, flags, &statement, nil)
        guard code == SQLITE_OK, let statement = unsafe statement else { throw unsafe Self.error(code, connection) }
        unsafe self.statement = statement
        unsafe self.connection = connection
    }

    deinit { unsafe sqlite3_finalize(statement) }

    /// Runs it for one row, and calls `body` with that.
    ///
    /// - Throws: what SQLite or `body` throws.
    func row<Result>(_ parameter: Int64?, _ body: (ResultRow?) throws -> Result) throws -> Result {
        if let parameter { unsafe sqlite3_bind_int64(statement, 1, parameter) }
        return try row(body)
    }

    func row<Result>(_ parameter: String, _ body: (ResultRow?) throws -> Result) throws -> Result {
        // Copied: SQLite would keep the pointer for longer than it is valid.
        let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        unsafe sqlite3_bind_text(statement, 1, parameter, CInt(parameter.utf8.count), copied)
        return try row(body)
    }

    private func row<Result>(_ body: (ResultRow?) throws -> Result) throws -> Result {
        // It ends the transaction, and with it the lock on the log.
        defer { unsafe sqlite3_reset(statement) }
        switch unsafe sqlite3_step(statement) {
        case SQLITE_ROW: return try body(unsafe ResultRow(of: statement))
        case SQLITE_DONE: return try body(nil)
        case let code: throw unsafe Self.error(code, connection)
        }
    }

    private static func error(_ code: CInt, _ connection: OpaquePointer) -> DatabaseError {
        let message = unsafe sqlite3_errmsg(connection).map { unsafe String(cString: $0) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
}
