import Foundation
import WarehouseConnections

// The fuzzer can't link a program, and has the file itself.
#if canImport(warehousectl)
@testable import warehousectl
#endif

extension FuzzTarget {
    /// What was read is written in one form, which is read as the same.
    static func findingInImportLine(_ line: Data) -> String? {
        guard let imported = try? ImportLine.decode(line) else { return nil }
        let written = json(imported)
        guard let again = try? ImportLine.decode(Data(written)) else {
            return "\(String(decoding: written, as: UTF8.self)): written, and refused"
        }
        guard again.organisation == imported.organisation, again.connection == imported.connection,
            json(again) == written
        else { return "\(String(decoding: written, as: UTF8.self)): read as another connection" }
        return nil
    }

    private static func json(_ line: ImportLine) -> [UInt8] {
        var writer = JSONWriter()
        line.connection.write(to: &writer, organisation: line.organisation)
        return writer.bytes
    }
}
