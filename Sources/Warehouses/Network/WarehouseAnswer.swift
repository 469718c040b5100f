import CCurl
import Foundation
import WarehouseConnections

/// What a warehouse has answered.
struct WarehouseAnswer {
    /// In bytes: more than any answer to a test's statements.
    static let longestBody = 256 << 10

    let status: Int
    /// The first ``longestBody`` bytes.
    let body: Data
    private let headers: [String: String]
    /// The secrets that the request signed in with.
    private let credentials: [String]
    private let receivedAt = Date()

    init(_ answer: CurlAnswer, to request: WarehouseRequest) {
        status = answer.status
        body = Data(answer.body)
        headers = answer.headers
        credentials = request.headers.filter { ["Authorization", "X-ClickHouse-Key"].contains($0.name) }
            .map { $0.value.replacing("Bearer ", with: "") }.filter { $0.count > 3 }
    }

    /// As it came.
    var rawText: String { String(decoding: body, as: UTF8.self) }
    /// As it may be shown.
    var text: String { redacted(rawText) }

    /// Of several with this name the first.
    func header(_ name: String) -> String? { headers[name.lowercased()] }

    /// The warehouse's number of an error: nil if it is none, or contains one of the credentials.
    func code(_ text: String) -> String? {
        !text.isEmpty && text.utf8.allSatisfy { 0x30...0x39 ~= $0 } && redacted(text) == text ? text : nil
    }

    /// By how much this machine's clock is ahead of the warehouse's; nil if the answer does not say when it was made.
    ///
    /// The corresponding C function is `curl_getdate`.
    var clockOffset: Duration? {
        guard let date = header("Date") else { return nil }
        let seconds = unsafe curl_getdate(date, nil)
        return seconds < 0 ? nil : .seconds(receivedAt.timeIntervalSince1970 - Double(seconds))
    }

    /// The beginning of `words` of the answer, but for what it has repeated of the request's credentials. Those
    /// of up to three characters stay: they occur in ordinary words.
    func redacted(_ words: String) -> String {
        // Where it is cut off may be a part of a credential.
        let cut = String.longestRepetition(of: credentials)
        let beginning = words.unicodeScalars.prefix(2 * WarehouseConnection.longestError + cut)
        let redacted = credentials.reduce(String(beginning)) { $0.redacting($1) }
        return beginning.endIndex == words.endIndex ? redacted : String(redacted.unicodeScalars.dropLast(cut))
    }
}
