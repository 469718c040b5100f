// swift-tools-version:6.2

import PackageDescription

let package = Package(
    name: "warehouse-connections",
    dependencies: [
        // SQLite with prepared statements, migrations and typed errors.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // The HTTP request methods, field names and responses that FastCGI and WarehouseAPI share.
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        // SHA-256.
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .systemLibrary(name: "CFastCGI", providers: [.apt(["libfcgi-dev"])]),
        .target(
            name: "FastCGI",
            dependencies: ["CFastCGI", .product(name: "HTTPTypes", package: "swift-http-types")]
        ),
        .target(name: "WarehouseConnections"),
        .target(
            name: "WarehouseAPI",
            dependencies: [
                "WarehouseConnections",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .target(
            name: "SQLiteStore",
            dependencies: [
                "WarehouseConnections",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
    ]
)

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
