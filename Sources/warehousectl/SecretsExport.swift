import ArgumentParser
import Foundation
import Glibc
import SecretStore
import Sysexits
import WarehouseConnections

struct SecretsExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print every secret, opened. Whoever reads the output can sign in to the warehouses.",
        discussion: """
            Newline-delimited JSON: organisation, connection_id, name, version and value; a private key as PEM (PKCS#8). \
            Needs the file of the sealing key. A secret that does not open, because it was changed or moved, is named on \
            standard error; the others are printed, and the exit code is 65.
            """
    )

    @Option(help: ArgumentHelp("The private half of the sealing key.", valueName: "file"))
    var sealingKeyFile: String

    @OptionGroup var organisations: OrganisationFilter
    @OptionGroup var secrets: SecretsOptions

    func run() throws {
        try failingWithSecretStoreErrors {
            let key = try SealingKey(contentsOf: sealingKeyFile)
            let store = try secrets.open()
            var isWhole = true
            try store.forEach(of: organisations.organisation, with: key) { id, secret in
                guard let secret else {
                    Warehousectl.report("\(SecretStoreError.doesNotOpen(id, store: store.path))")
                    isWhole = false
                    return
                }
                var line = Self.line(id, secret)
                defer {
                    unsafe line.withUnsafeMutableBytes { bytes in
                        if let start = bytes.baseAddress { unsafe explicit_bzero(start, bytes.count) }
                    }
                }
                try StandardOutput.write(line)
            }
            guard isWhole else { throw ExitCode(Sysexit.dataError.rawValue) }
        }
    }

    /// In one buffer from the start, so that no copy is left where it grew.
    private static func line(_ id: SecretID, _ secret: Secret) -> [UInt8] {
        var json = JSONWriter()
        json.object { object in
            object.member("organisation", id.organisation.rawValue)
            object.member("connection_id", id.connection.rawValue)
            object.member("name", id.name.rawValue)
            object.member("version", Int64(id.version.rawValue))
            object.member("value", "")
        }
        var line: [UInt8] = []
        line.reserveCapacity(json.bytes.count + 6 * secret.count + 256)
        line.append(contentsOf: json.bytes.dropLast(2))
        secret.withBytes { bytes in
            if id.name == .privateKey {
                appendPEM(bytes, to: &line)
            } else {
                for index in bytes.indices {
                    if [UInt8(ascii: "\""), UInt8(ascii: "\\")].contains(bytes[index]) {
                        line.append(UInt8(ascii: "\\"))
                    }
                    line.append(bytes[index])
                }
            }
        }
        line.append(contentsOf: "\"}\n".utf8)
        return line
    }

    /// RFC 7468, with `\n` as JSON escapes it.
    private static func appendPEM(_ bytes: Span<UInt8>, to line: inout [UInt8]) {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        line.append(contentsOf: "-----BEGIN PRIVATE KEY-----\\n".utf8)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var group = 0
            for offset in 0..<3 { group = group << 8 | (offset < count ? Int(bytes[start + offset]) : 0) }
            for place in 0..<4 {
                line.append(place <= count ? digits[group >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
            if start % 48 == 45 || start + 3 >= bytes.count { line.append(contentsOf: "\\n".utf8) }
        }
        line.append(contentsOf: "-----END PRIVATE KEY-----\\n".utf8)
    }
}
