// swift-tools-version:6.2

import PackageDescription

let package = Package(
    name: "warehouse-connections",
    products: [
        .executable(name: "warehoused", targets: ["warehoused"]),
        .executable(name: "warehousectl", targets: ["warehousectl"]),
    ],
    dependencies: [
        // SQLite with prepared statements, migrations and typed errors.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // The HTTP request methods, field names and responses that FastCGI and WarehouseAPI share.
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        // Command lines and their help.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // The logging API of Swift servers.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // SHA-256, RSA, and HPKE for secrets.
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        // Tests only: the file descriptors that swift-subprocess takes.
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        // Tests only: real processes.
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .systemLibrary(name: "CFastCGI", providers: [.apt(["libfcgi-dev"])]),
        // HTTPS to warehouses that blocks as our threads do, with an own CA file, proxies and a look at each address.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(
            name: "FastCGI",
            dependencies: ["CFastCGI", .product(name: "HTTPTypes", package: "swift-http-types")]
        ),
        .target(
            name: "WarehouseConnections",
            dependencies: [.product(name: "Crypto", package: "swift-crypto")]
        ),
        .target(
            name: "WarehouseAPI",
            dependencies: [
                "WarehouseConnections",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .target(name: "StoreFiles", dependencies: ["WarehouseConnections"]),
        .target(
            name: "SQLiteStore",
            dependencies: [
                "StoreFiles", "WarehouseConnections",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        // Warehouses and SecretStore are not for the responder: it must not be able to link what handles private keys.
        .target(
            name: "Warehouses",
            dependencies: [
                "CCurl", "WarehouseConnections",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]
        ),
        .target(
            name: "SecretStore",
            dependencies: [
                "StoreFiles", "WarehouseConnections",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .target(
            name: "Sysexits",
            dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")]
        ),
        .executableTarget(
            name: "warehoused",
            dependencies: [
                "FastCGI", "WarehouseAPI", "WarehouseConnections", "SQLiteStore", "Sysexits",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .executableTarget(
            name: "warehousectl",
            dependencies: [
                "WarehouseConnections", "SQLiteStore", "StoreFiles", "SecretStore", "Warehouses", "Sysexits",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .target(
            name: "TestSupport",
            dependencies: ["WarehouseConnections"],
            path: "Tests/TestSupport"
        ),
        .testTarget(name: "WarehouseConnectionsTests", dependencies: ["WarehouseConnections"]),
        .testTarget(
            name: "WarehousesTests",
            dependencies: [
                "CCurl", "Warehouses", "WarehouseConnections", "TestSupport",
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            exclude: [
                "chdb.txt", "clickhouse.py", "connector.txt", "connector_tokens.py", "parsers.txt", "tokens.py",
            ]
        ),
        .testTarget(
            name: "WarehouseAPITests",
            dependencies: [
                "WarehouseAPI", "WarehouseConnections", "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]
        ),
        .testTarget(
            name: "FastCGITests",
            dependencies: ["FastCGI", "TestSupport", .product(name: "HTTPTypes", package: "swift-http-types")]
        ),
        .testTarget(
            name: "StoreFilesTests",
            dependencies: ["StoreFiles", "WarehouseConnections", "TestSupport"]
        ),
        .testTarget(
            name: "SQLiteStoreTests",
            dependencies: [
                "SQLiteStore", "StoreFiles", "WarehouseConnections", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "SecretStoreTests",
            dependencies: [
                "SecretStore", "StoreFiles", "WarehouseConnections", "Warehouses", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "warehousedTests",
            dependencies: [
                "warehoused", "WarehouseAPI", "WarehouseConnections", "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "TestSupport", "SecretStore", "SQLiteStore", "WarehouseConnections", "Warehouses", "warehoused",
                "warehousectl",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["operations", "slow-clients", "stand-in-systemd", "terminal", "warehouses"]
        ),
        .testTarget(
            name: "FuzzTests",
            dependencies: ["WarehouseAPI", "WarehouseConnections", "warehousectl", "TestSupport"],
            exclude: ["corpus"]
        ),
        .testTarget(
            name: "StoreContract",
            dependencies: ["SQLiteStore", "WarehouseConnections", "TestSupport"],
            path: "Tests/StoreContract"
        ),
    ]
)

// Built with --sanitize fuzzer alone, which brings its own main.
if Context.environment["FUZZER"] == "yes" {
    package.targets.append(
        .executableTarget(
            name: "Fuzzer",
            dependencies: ["WarehouseAPI", "WarehouseConnections"],
            path: "Tests/Fuzzer"
        )
    )
}

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ]
}
