import GRDB
import WarehouseConnections

/// The store's tables and how they came to be.
///
/// A migration that has shipped is never edited. One that only adds leaves `readable_from` alone, so that older
/// responders go on reading while a fleet is upgraded.
enum Schema {
    /// The version that this program writes. It reads every store whose `readable_from` is not beyond it.
    static let version = 2

    /// "whco" in ASCII: tells a store of connections from any other SQLite file (`PRAGMA application_id`).
    static let applicationID = 0x7768_636F

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 connections and keys") { database in
            try database.execute(sql: connectionsAndKeys)
        }
        migrator.registerMigration("2 ClickHouse and the audit") { database in
            try database.execute(sql: clickHouseAndAudit)
        }
        return migrator
    }

    private static let connectionsAndKeys = """
        PRAGMA application_id = \(applicationID);

        CREATE TABLE store (
            singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
            version INTEGER NOT NULL,
            readable_from INTEGER NOT NULL
        ) STRICT;
        INSERT INTO store VALUES (1, 1, 1);

        CREATE TABLE warehouse_type (
            name TEXT PRIMARY KEY
        ) STRICT, WITHOUT ROWID;
        INSERT INTO warehouse_type VALUES ('snowflake');

        CREATE TABLE connection_status (
            name TEXT PRIMARY KEY
        ) STRICT, WITHOUT ROWID;
        INSERT INTO connection_status VALUES ('pending_customer_setup'), ('connected'), ('error');

        CREATE TABLE connection (
            organisation INTEGER PRIMARY KEY CHECK (organisation > 0),
            id TEXT NOT NULL UNIQUE
                CHECK (length(id) BETWEEN 4 AND 64 AND id GLOB 'wc_*' AND substr(id, 4) NOT GLOB '*[^A-Za-z0-9]*'),
            type TEXT NOT NULL REFERENCES warehouse_type (name),
            status TEXT NOT NULL REFERENCES connection_status (name),
            config TEXT NOT NULL CHECK (json_type(config) = 'object'),
            public_key TEXT,
            setup_script TEXT CHECK (length(CAST(setup_script AS BLOB)) <= 65536),
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??*Z'),
            last_tested_at TEXT CHECK (last_tested_at GLOB '????-??-??T??:??:??*Z'),
            last_error TEXT CHECK (
                last_error IS NULL OR last_tested_at IS NOT NULL AND length(CAST(last_error AS BLOB)) <= 8192
            )
        ) STRICT;

        CREATE TABLE api_key (
            id TEXT PRIMARY KEY CHECK (length(id) = 12 AND id NOT GLOB '*[^A-Za-z0-9]*'),
            secret_sha256 BLOB NOT NULL UNIQUE CHECK (length(secret_sha256) = 32),
            organisation INTEGER NOT NULL CHECK (organisation > 0),
            label TEXT NOT NULL,
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??*Z'),
            expires_at TEXT CHECK (expires_at GLOB '????-??-??T??:??:??*Z'),
            revoked_at TEXT CHECK (revoked_at GLOB '????-??-??T??:??:??*Z')
        ) STRICT, WITHOUT ROWID;
        """

    /// `before` and `after` are what the API or the operator's tool may show, so no secret is among them.
    ///
    /// The third trigger is for `INSERT OR REPLACE`, which deletes without firing the second.
    /// Source: https://sqlite.org/lang_conflict.html, "REPLACE".
    private static let clickHouseAndAudit = """
        INSERT INTO warehouse_type VALUES ('clickhouse');

        CREATE TABLE audit (
            id INTEGER PRIMARY KEY,
            at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??*Z'),
            actor TEXT NOT NULL CHECK (actor <> ''),
            organisation INTEGER CHECK (organisation > 0),
            connection_id TEXT
                CHECK (
                    length(connection_id) BETWEEN 4 AND 64 AND connection_id GLOB 'wc_*'
                    AND substr(connection_id, 4) NOT GLOB '*[^A-Za-z0-9]*'
                ),
            action TEXT NOT NULL CHECK (action <> ''),
            before TEXT CHECK (json_type(before) = 'object'),
            after TEXT CHECK (json_type(after) = 'object')
        ) STRICT;
        CREATE INDEX audit_of_organisation ON audit (organisation);

        CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON audit BEGIN
            SELECT raise(ABORT, 'the audit is append-only');
        END;
        CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON audit BEGIN
            SELECT raise(ABORT, 'the audit is append-only');
        END;
        CREATE TRIGGER audit_refuses_replace BEFORE INSERT ON audit
        WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) BEGIN
            SELECT raise(ABORT, 'the audit is append-only');
        END;

        UPDATE store SET version = 2;
        """
}

extension Schema {
    /// The version that the store records, or nil if the file holds no tables yet.
    ///
    /// - Throws: ``StoreError/foreign(store:found:)`` if it is no store of connections.
    static func version(of database: Database, _ path: String) throws -> Int? {
        if try Int.fetchOne(database, sql: "PRAGMA application_id") == applicationID {
            return try Int.fetchOne(database, sql: "SELECT version FROM store")
        }
        // GRDB makes its own table in a transaction before the first migration's.
        let tables = "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'"
        guard try Int.fetchOne(database, sql: tables) == 0 else {
            throw StoreError.foreign(store: path, found: "another SQLite database")
        }
        return nil
    }

    /// The size of the database by its own header, in bytes.
    static func expectedSize(of database: Database) throws -> Int64 {
        let sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        return try Int64.fetchOne(database, sql: sql) ?? 0
    }
}
