import Foundation
import TestSupport
import Testing
import WarehouseConnections

/// What operators do while the service is under load: no request fails, and no key that is to work is refused.
@Suite(.timeLimit(.minutes(30)), .serialized)
struct MaintenanceTests {
    @Test
    func failsNoRequestDuringChanges() async throws {
        let connections = Extent.count(quick: 500, long: 100_000)
        let rotations = Extent.count(quick: 5, long: 50)
        try await Supervised.with { supervised in
            let maintenance = Maintenance(supervised)
            try maintenance.writeImportFile(connections)
            var rotation = (answers: 0, refused: 0)
            let load = try await supervised.underLoad {
                try await maintenance.turnBackSchema()
                #expect(try await maintenance.run(["init"]).hasSuffix(": migrated\n"))
                try await maintenance.run(["backup", maintenance.backup])
                let imported = try await maintenance.run(["import", maintenance.importFile])
                #expect(imported == "\(connections) created, 0 replaced, 0 unchanged\n")
                try await maintenance.run(["check"])
                rotation = try await maintenance.rotateKey(rotations)
                try await maintenance.run(["backup", maintenance.backup, "--replace"])
                try await maintenance.run(["restore", maintenance.backup, "--replace"])
            }
            print(
                "migration, backup, restore, import of \(connections), \(rotations) key rotations: \(load.requests) requests, "
                    + "\(load.failures) not 200; \(rotation.answers) with overlapping keys, \(rotation.refused) refused"
            )
            #expect(load.requests > 100)
            #expect(load.failures == 0, "\(load.report)")
            #expect(rotation.refused == 0)
            #expect(!supervised.site.workplace.logged.contains("unavailable"))
        }
    }

    @Test
    func restoresEveryRowAndSecret() async throws {
        let office = try await Office()
        let workplace = office.workplace
        try await office.run("create", "--organisation", "10", "--account-identifier", "a10")
        try await office.copy(10, to: 11...30) { "a\($0)" }
        let lines = workplace.directory("lines")
        try Generations().lines(7).write(toFile: lines, atomically: false, encoding: .utf8)
        try await office.run("import", lines)
        let (content, export) = (try StoreContent(of: workplace.store), try await office.run("export").output)
        let secrets = try await office.secrets()
        let (backup, secretBackup) = (workplace.directory("backup"), workplace.directory("secrets-backup"))
        try await office.run("backup", backup)
        try await office.run("secrets", "backup", secretBackup)
        // The machine is lost; the backups and the key file are not.
        let names = try FileManager.default.contentsOfDirectory(atPath: workplace.directory.path)
        for name in names where name.contains("sqlite") {
            try FileManager.default.removeItem(atPath: workplace.directory(name))
        }
        try await office.run("restore", backup)
        try FileManager.default.copyItem(atPath: secretBackup, toPath: office.secretStore)
        let restored = try StoreContent(of: workplace.store)
        #expect(restored.connections == content.connections)
        #expect(restored.keys == content.keys)
        #expect(Array(restored.audit.dropLast()) == content.audit)
        #expect(restored.audit.last?.action == .restore)
        #expect(try await office.run("export").output == export)
        #expect(try await office.secrets() == secrets)
        #expect(secrets.count == 21)
        _ = try await workplace.withResponder { _ in
            for organisation in 1...4 {
                let answer = try workplace.ask(Workplace.list(organisation), key: organisation)
                #expect(answer.status == 200)
            }
        }
        // Both go on from there.
        try await office.run("update", "--organisation", "10", "--warehouse", "after")
        try await office.run("rotate-key", "--organisation", "10")
        #expect(try await office.secrets().count == 22)
        print(
            "restore drill: \(content.connections.count) connections, \(content.keys.count) keys, \(content.audit.count) "
                + "lines of the audit, \(secrets.count) secrets: all as they were"
        )
    }
}
