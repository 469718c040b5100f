import GRDB

/// The secret store's tables and how they came to be. A migration that has shipped is never edited.
enum Schema {
    /// The version that this program reads and writes.
    static let version = 1

    /// "whcs" in ASCII: tells a secret store from any other SQLite file (`PRAGMA application_id`).
    static let applicationID: UInt32 = 0x7768_6373

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 sealing keys and secrets") { database in
            try database.execute(sql: sealingKeysAndSecrets)
        }
        return migrator
    }

    private static let sealingKeysAndSecrets = """
        CREATE TABLE store (
            singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
            version INTEGER NOT NULL
        ) STRICT;
        INSERT INTO store VALUES (1, 1);

        CREATE TABLE sealing_key (
            state TEXT PRIMARY KEY CHECK (state IN ('current', 'pending')),
            public_key BLOB NOT NULL CHECK (length(public_key) = 32)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE secret (
            organisation INTEGER NOT NULL CHECK (organisation > 0),
            connection TEXT NOT NULL CHECK (
                length(connection) BETWEEN 4 AND 64 AND connection GLOB 'wc_*'
                AND substr(connection, 4) NOT GLOB '*[^A-Za-z0-9]*'
            ),
            name TEXT NOT NULL CHECK (
                length(name) BETWEEN 1 AND 63 AND name GLOB '[a-z]*' AND name NOT GLOB '*[^a-z0-9_]*'
            ),
            version INTEGER NOT NULL CHECK (version BETWEEN 1 AND 2147483647),
            encapsulated_key BLOB NOT NULL CHECK (length(encapsulated_key) = 32),
            ciphertext BLOB NOT NULL CHECK (length(ciphertext) BETWEEN 80 AND 65616),
            PRIMARY KEY (organisation, connection, name, version)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE unsettled (
            store TEXT NOT NULL,
            organisation INTEGER NOT NULL,
            connection TEXT NOT NULL,
            version INTEGER NOT NULL,
            effect TEXT NOT NULL CHECK (effect IN ('replaces', 'adds', 'retires')),
            before TEXT,
            after TEXT,
            PRIMARY KEY (store, organisation, connection),
            CHECK (before IS NOT NULL OR after IS NOT NULL)
        ) STRICT, WITHOUT ROWID;
        """
}

extension Schema {
    /// The version that the store records, or nil if its creation has not got so far.
    static func version(of database: Database) throws -> Int? {
        guard try database.tableExists("store") else { return nil }
        return try Int.fetchOne(database, sql: "SELECT version FROM store")
    }

    /// The size of the database by its own header, in bytes.
    static func expectedSize(of database: Database) throws -> Int64 {
        let sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        return try Int64.fetchOne(database, sql: sql) ?? 0
    }
}
