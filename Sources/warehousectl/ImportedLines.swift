import Synchronization
import Sysexits
import WarehouseConnections

/// The lines of an import file, decoded on a second thread while the caller stores those before.
final class ImportedLines: Sendable {
    struct Line: Sendable {
        let number: Int
        let content: Result<ImportLine, any Error>
        fileprivate let file: String

        /// Runs `body` with the content; an error about it gets the line's number.
        func withContent(_ body: (ImportLine) throws -> Void) throws {
            do {
                try body(content.get())
            } catch let error as InvalidValue {
                throw LineReader.failure(file, number, "\(error)")
            } catch StoreError.idTaken(let id) {
                throw LineReader.failure(file, number, "\(StoreError.idTaken(id))")
            }
        }
    }

    private let file: String
    private let reader: Mutex<LineReader>

    /// - Parameter path: `-` for standard input.
    init(path: String) throws(ProgramFailure) {
        let lines = try LineReader(path: path)
        file = lines.name
        reader = Mutex(lines)
    }

    private func next() -> Line? {
        reader.withLock { reader in
            do {
                guard let line = try reader.next() else { return nil }
                let content = Result<_, any Error> { try ImportLine.decode(line.bytes) }
                return Line(number: line.number, content: content, file: file)
            } catch {
                return Line(number: 0, content: .failure(error), file: file)
            }
        }
    }
}

extension ImportedLines: Sequence {
    func makeIterator() -> ReadAhead<Line>.Iterator { ReadAhead { self.next() }.makeIterator() }
}
