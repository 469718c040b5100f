import AsyncHTTPClient
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOSSL
import WarehouseConnections

/// What a warehouse has answered.
struct WarehouseAnswer {
    /// In bytes: more than any answer to a test's statements.
    static let longestBody = 4 << 20

    let status: Int
    let headers: HTTPHeaders
    /// The first ``longestBody`` bytes.
    let body: ByteBuffer
    /// What the request has proved who it is with.
    fileprivate let credentials: [String]

    /// As it came.
    var rawText: String { String(buffer: body) }
    /// As it may be shown.
    var text: String { redacted(rawText) }

    /// The beginning of `words` of the answer, but for what it has repeated of the request's credentials. A password that
    /// is too short to be one is in every other word.
    func redacted(_ words: String) -> String {
        // Where it is cut off may be a part of a credential.
        let cut = String.longestRepetition(of: credentials)
        let beginning = words.unicodeScalars.prefix(2 * WarehouseConnection.longestError + cut)
        let redacted = credentials.reduce(String(beginning)) { $0.redacting($1) }
        return beginning.endIndex == words.endIndex ? redacted : String(redacted.unicodeScalars.dropLast(cut))
    }
}

/// HTTP for tests of connections: it follows no redirect, reads no endless answer, and ends at a deadline.
struct WarehouseClient: Sendable {
    private let client: HTTPClient
    private let deadline: NIODeadline
    private let timeout: Duration

    /// Lends a client whose deadline is the settings' timeout from now.
    ///
    /// - Parameter addresses: the address to connect to for a host's name, which stays the one that the server proves.
    static func with<Result>(
        _ settings: NetworkSettings,
        addresses: [String: String] = [:],
        _ body: (WarehouseClient) async throws -> Result
    ) async throws -> Result {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let authorities = settings.trustedAuthorities { tls.trustRoots = .certificates(authorities) }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10)),
            proxy: settings.proxy.map { .server(host: $0.host, port: $0.port) }
        )
        configuration.dnsOverride = addresses
        configuration.httpVersion = .http1Only
        // A refusal is an answer: a second attempt would only come later.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        // Not waited for: a peer that does not answer has 5 s to end TLS.
        defer { Task { try? await client.shutdown() } }
        return try await body(WarehouseClient(client, settings.timeout))
    }

    private init(_ client: HTTPClient, _ timeout: Duration) {
        self.client = client
        self.timeout = timeout
        deadline = .now() + TimeAmount(timeout)
    }

    var hasTimeLeft: Bool { NIODeadline.now() < deadline }

    /// Waits, but not beyond the deadline.
    func pause(_ duration: Duration) async throws {
        let left = Duration.nanoseconds((deadline - .now()).nanoseconds)
        try await Task.sleep(for: max(.zero, min(duration, left)))
    }

    /// Sends a request and reads its answer.
    ///
    /// - Throws: ``TestFailure`` if there is none in time or it is a redirect.
    func send(_ request: HTTPClientRequest) async throws -> WarehouseAnswer {
        var request = request
        request.headers.replaceOrAdd(name: "User-Agent", value: "warehousectl/\(Release.version)")
        let answer: WarehouseAnswer
        do {
            answer = try await receive(request)
        } catch {
            throw TestFailure(NetworkError.text(error, of: request.url, timeout: timeout))
        }
        guard !(300..<400).contains(answer.status) else {
            throw TestFailure("HTTP \(answer.status): a redirect, which is not followed")
        }
        return answer
    }

    private func receive(_ request: HTTPClientRequest) async throws -> WarehouseAnswer {
        // The library's deadline is for the head of the answer alone.
        let left = Duration.nanoseconds((deadline - .now()).nanoseconds)
        guard let answer = try await within(left, { try await exchange(request) }) else {
            throw HTTPClientError.deadlineExceeded
        }
        return answer
    }

    private func exchange(_ request: HTTPClientRequest) async throws -> WarehouseAnswer {
        let response = try await client.execute(request, deadline: deadline)
        var body = ByteBuffer()
        for try await part in response.body {
            let room = WarehouseAnswer.longestBody - body.readableBytes
            body.writeImmutableBuffer(
                part.readableBytes > room ? part.getSlice(at: part.readerIndex, length: room) ?? part : part
            )
            if body.readableBytes == WarehouseAnswer.longestBody { break }
        }
        let credentials = ["Authorization", "X-ClickHouse-Key"].flatMap { request.headers[$0] }
        return WarehouseAnswer(
            status: Int(response.status.code),
            headers: response.headers,
            body: body,
            credentials: credentials.map { $0.replacing("Bearer ", with: "") }.filter { $0.count > 3 }
        )
    }
}
