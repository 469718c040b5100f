import CFastCGI
import Glibc
import HTTPTypes

/// The owner of one `FCGX_Request`: a slot for one request at a time, used by one thread.
@safe public struct Request: ~Copyable {
    /// libfcgi's streams point back at it, so it must not move.
    private let request: UnsafeMutablePointer<FCGX_Request>

    init() {
        unsafe request = .allocate(capacity: 1)
        unsafe FCGX_InitRequest(request, -1, 0)
    }

    deinit {
        unsafe FCGX_Free(request, 1)
        unsafe request.deallocate()
    }

    /// The value of a FastCGI parameter, or nil if the web server did not send it.
    ///
    /// The first of several wins; a value ends at its first NUL; what is not UTF-8 is replaced by U+FFFD. The
    /// corresponding C function is `FCGX_GetParam`.
    public func parameter(_ name: StaticString) -> String? {
        let value = name.withUTF8Buffer { name in
            unsafe name.withMemoryRebound(to: CChar.self) {
                unsafe FCGX_GetParam($0.baseAddress, request.pointee.envp)
            }
        }
        return unsafe value.map { unsafe String(cString: $0) }
    }

    /// Reads the request that waits on `connection`; false if it was none, and then the connection is closed.
    ///
    /// The corresponding C function is `FCGX_Accept_r`.
    func begin(on connection: consuming Connection) -> Bool {
        unsafe request.pointee.ipcFd = connection.release()
        // Otherwise FCGX_Accept_r closes the connection before it reads.
        unsafe request.pointee.keepConnection = 1
        // An error on `in` is a parameter list that was cut off, though libfcgi returns it as complete.
        return unsafe FCGX_Accept_r(request) == 0 && FCGX_GetError(request.pointee.in) == 0
    }

    /// Reads the input to its end and throws it away; false if it did not end cleanly.
    ///
    /// What is left unread on a kept connection would be taken for the next request.
    func drainInput() -> Bool {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { rest in
            while unsafe FCGX_GetStr(rest.baseAddress, CInt(rest.count), request.pointee.in) > 0 {}
        }
        return unsafe FCGX_GetError(request.pointee.in) == 0
    }

    /// Writes a CGI response (RFC 3875, section 6): status, fields and body.
    ///
    /// The corresponding C function is `FCGX_PutStr`.
    func write(_ response: HTTPResponse, body: [UInt8]) {
        put("Status: ")
        put(String(response.status.code))
        put(" ")
        put(response.status.reasonPhrase)
        for field in response.headerFields {
            put("\r\n")
            put(field.name.rawName)
            put(": ")
            put(field.value)
        }
        put("\r\n\r\n")
        put(body)
    }

    /// Whether the web server asked to keep the connection open (`FCGI_KEEP_CONN`).
    var keepsConnection: Bool { unsafe request.pointee.keepConnection != 0 }

    /// Ends the request and gives back its connection, or nil if it broke on the way.
    ///
    /// The corresponding C function is `FCGX_Finish_r`.
    func finish() -> Connection? {
        // The connection is closed by its owner, not by libfcgi, whose lingering close has no bound.
        unsafe request.pointee.keepConnection = 1
        unsafe FCGX_Finish_r(request)
        let descriptor = unsafe request.pointee.ipcFd
        unsafe request.pointee.ipcFd = -1
        return descriptor >= 0 ? Connection(reclaiming: descriptor) : nil
    }

    /// A part of the head: libfcgi collects such in its buffer.
    private func put(_ text: String) {
        unsafe text.utf8.span.withUnsafeBytes { text in
            let start = unsafe text.baseAddress?.assumingMemoryBound(to: CChar.self)
            _ = unsafe FCGX_PutStr(start, CInt(text.count), request.pointee.out)
        }
    }

    /// Stops when a peer that reads slowly has used up its time; the last piece may take as long once more.
    private func put(_ bytes: [UInt8]) {
        let deadline = ContinuousClock.now + Connection.patience
        var start = 0
        while start < bytes.count {
            let count = min(Self.pieceSize, bytes.count - start)
            let written = unsafe bytes.withUnsafeBytes { bytes in
                unsafe FCGX_PutStr(
                    bytes.assumingMemoryBound(to: CChar.self).baseAddress?.advanced(by: start),
                    CInt(count),
                    request.pointee.out
                )
            }
            guard written == count else { return }
            start += count
            guard ContinuousClock.now < deadline else {
                unsafe shutdown(request.pointee.ipcFd, CInt(SHUT_RDWR))
                return
            }
        }
    }

    /// In bytes: libfcgi's buffer.
    private static let pieceSize = 8192
}
