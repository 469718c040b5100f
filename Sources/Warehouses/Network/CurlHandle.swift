import CCurl
import Glibc

/// A handle of libcurl for one transfer, on a connection of its own.
///
/// The corresponding C functions are those of `libcurl-easy`.
@safe struct CurlHandle: ~Copyable {
    private let handle: UnsafeMutableRawPointer

    /// - Throws: ``CurlFailure`` if there is no memory left.
    init() throws(CurlFailure) {
        guard let handle = unsafe curl_easy_init() else { throw CurlFailure(CURLE_FAILED_INIT) }
        unsafe self.handle = unsafe handle
    }

    deinit { unsafe curl_easy_cleanup(handle) }

    /// Sends the request and reads its answer, whatever its status. It blocks for no longer than the transfer's timeout.
    ///
    /// - Throws: ``CurlFailure``.
    consuming func perform(_ transfer: CurlTransfer) throws(CurlFailure) -> CurlAnswer {
        var exchange = Exchange(transfer)
        let (code, words) = try unsafe withUnsafeMutablePointer(to: &exchange) { exchange throws(CurlFailure) in
            try unsafe perform(transfer, exchange)
        }
        guard code == CURLE_OK || exchange.isFull else {
            throw CurlFailure(
                code: code,
                errno: exchange.socketErrno ?? Int32(truncatingIfNeeded: number(CURLINFO_OS_ERRNO)),
                verification: number(CURLINFO_SSL_VERIFYRESULT),
                // No number tells it: OpenSSL calls whatever is none of its records that.
                isWithoutTLS: words.contains("wrong version number"),
                tunnelStatus: number(CURLINFO_HTTP_CONNECTCODE),
                // CURLINFO_CONNECT_TIME_T is set after TLS only.
                isConnected: number(CURLINFO_LOCAL_PORT) > 0,
                isSecured: unsafe curl_get_time(handle, CURLINFO_APPCONNECT_TIME_T) > 0,
                isAnswered: number(CURLINFO_RESPONSE_CODE) > 0
            )
        }
        return CurlAnswer(status: number(CURLINFO_RESPONSE_CODE), headers: headers, body: exchange.body)
    }

    private borrowing func perform(
        _ transfer: CurlTransfer,
        _ exchange: UnsafeMutablePointer<Exchange>
    ) throws(CurlFailure) -> (CURLcode, String) {
        try setRequest(transfer)
        try setNetwork(transfer)
        try unsafe check(curl_set_writer(handle, Exchange.write, exchange))
        try unsafe check(curl_set_header_reader(handle, Exchange.countHeader, exchange))
        try unsafe check(curl_set_socket_opener(handle, Exchange.openSocket, exchange))
        // libcurl leaves out `Name:` without a value; `Name;` sends it empty.
        let lines = transfer.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        let headers = try CurlList(lines)
        try unsafe check(curl_set_list(handle, CURLOPT_HTTPHEADER, headers.first))
        let connectTo = try CurlList(transfer.address.map { ["::\($0.text.bracketed):"] } ?? [])
        try unsafe check(curl_set_list(handle, CURLOPT_CONNECT_TO, connectTo.first))
        return perform()
    }

    /// With libcurl's words for its error.
    private borrowing func perform() -> (CURLcode, String) {
        var words = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        let code = unsafe words.withUnsafeMutableBufferPointer { words in
            _ = unsafe curl_set_error_buffer(handle, words.baseAddress)
            defer { _ = unsafe curl_set_error_buffer(handle, nil) }
            return unsafe curl_easy_perform(handle)
        }
        return (code, String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    private borrowing func setRequest(_ transfer: CurlTransfer) throws(CurlFailure) {
        try set(CURLOPT_URL, transfer.url)
        try set(CURLOPT_PROTOCOLS_STR, transfer.url.hasPrefix("https:") ? "https" : "http")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        if let body = transfer.body {
            try check(
                unsafe body.withUnsafeBytes { unsafe curl_set_body(handle, $0.baseAddress, curl_off_t($0.count)) }
            )
        }
    }

    private borrowing func setNetwork(_ transfer: CurlTransfer) throws(CurlFailure) {
        // Signals are the process's, which has other threads.
        try set(CURLOPT_NOSIGNAL, 1)
        // Without this a silent name server, asked for the proxy, delays the end beyond any timeout.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_CONNECTTIMEOUT_MS, transfer.connectTimeout.wholeMilliseconds)
        try set(CURLOPT_TIMEOUT_MS, transfer.timeout.wholeMilliseconds)
        try set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let authorities = transfer.authorities {
            try set(CURLOPT_CAPATH, nil)
            try setAuthorities(authorities)
        }
        // Empty for none: without a value it looks for one in the environment.
        try set(CURLOPT_PROXY, transfer.proxy?.url ?? "")
        guard let proxy = transfer.proxy else { return }
        // Of plain HTTP, too: the proxy is to connect to the address that was checked, and look nothing up.
        try set(CURLOPT_HTTPPROXYTUNNEL, 1)
        try set(CURLOPT_NOPROXY, "")
        guard let user = proxy.user else { return }
        try set(CURLOPT_PROXYUSERNAME, user)
        try set(CURLOPT_PROXYPASSWORD, proxy.password)
    }

    private borrowing func setAuthorities(_ authorities: [UInt8]) throws(CurlFailure) {
        var bytes = authorities
        try check(
            unsafe bytes.withUnsafeMutableBytes { bytes in
                var blob = unsafe curl_blob(data: bytes.baseAddress, len: bytes.count, flags: UInt32(CURL_BLOB_COPY))
                return unsafe curl_set_blob(handle, CURLOPT_CAINFO_BLOB, &blob)
            }
        )
    }

    private borrowing func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
        try unsafe check(curl_set_number(handle, option, value))
    }

    private borrowing func set(_ option: CURLoption, _ text: String?) throws(CurlFailure) {
        try unsafe check(curl_set_text(handle, option, text))
    }

    /// If an option cannot be set, nothing is sent: the option may protect a secret.
    private borrowing func check(_ code: CURLcode) throws(CurlFailure) {
        guard code == CURLE_OK else { throw CurlFailure(code) }
    }

    private borrowing func number(_ info: CURLINFO) -> Int { unsafe curl_get_number(handle, info) }

    private var headers: [String: String] {
        var headers: [String: String] = [:]
        var header = unsafe curl_easy_nextheader(handle, UInt32(CURLH_HEADER), -1, nil)
        while let current = unsafe header {
            let name = unsafe String(cString: current.pointee.name).lowercased()
            if headers[name] == nil { headers[name] = unsafe String(cString: current.pointee.value) }
            unsafe header = curl_easy_nextheader(handle, UInt32(CURLH_HEADER), -1, current)
        }
        return headers
    }
}

/// What libcurl calls back with while a transfer runs.
private struct Exchange {
    private let transfer: CurlTransfer
    private(set) var body: [UInt8] = []
    /// How many bytes of the body are still wanted.
    private var room: Int { transfer.longestBody - body.count }
    var isFull: Bool { room == 0 }
    /// How many bytes of header lines may still come. libcurl limits the head, but not a trailer.
    private var headerRoom = 256 << 10
    /// Why there is no socket; nil if there is one.
    private(set) var socketErrno: Int32?

    init(_ transfer: CurlTransfer) { self.transfer = transfer }

    /// Takes what there is room for; less than was given ends the transfer.
    static let write: curl_write_callback = { bytes, size, count, context in
        guard let bytes = unsafe bytes, let exchange = unsafe context?.assumingMemoryBound(to: Exchange.self) else {
            return 0
        }
        let taken = unsafe min(size * count, exchange.pointee.room)
        unsafe exchange.pointee.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: taken))
        return unsafe exchange.pointee.isFull ? 0 : taken
    }

    static let countHeader: curl_write_callback = { _, size, count, context in
        guard let exchange = unsafe context?.assumingMemoryBound(to: Exchange.self) else { return 0 }
        unsafe exchange.pointee.headerRoom -= size * count
        return unsafe exchange.pointee.headerRoom < 0 ? 0 : size * count
    }

    /// The last look at an address before it is connected to, however libcurl has come to it.
    static let openSocket: curl_opensocket_callback = { context, _, peer in
        guard let peer = unsafe peer, let exchange = unsafe context?.assumingMemoryBound(to: Exchange.self),
            let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr)
        else { return -1 }
        // In place: an IPv6 address is longer than what C calls its type.
        let address = unsafe UnsafeRawPointer(peer).advanced(by: offset).assumingMemoryBound(to: sockaddr.self)
        let transfer = unsafe exchange.pointee.transfer
        guard unsafe transfer.proxy != nil || IPAddress(address) == transfer.address else { return -1 }
        let descriptor = unsafe socket(peer.pointee.family, peer.pointee.socktype, peer.pointee.protocol)
        unsafe exchange.pointee.socketErrno = descriptor < 0 ? Glibc.errno : nil
        return descriptor
    }
}

/// A list of libcurl's.
@safe private struct CurlList: ~Copyable {
    private(set) var first: UnsafeMutablePointer<curl_slist>?

    init(_ texts: [String]) throws(CurlFailure) {
        unsafe first = nil
        for text in texts {
            guard let longer = unsafe curl_slist_append(first, text) else {
                unsafe curl_slist_free_all(first)
                throw CurlFailure(CURLE_OUT_OF_MEMORY)
            }
            unsafe first = unsafe longer
        }
    }

    deinit { unsafe curl_slist_free_all(first) }
}

extension Duration {
    /// At least one: 0 is no limit to libcurl.
    fileprivate var wholeMilliseconds: Int { max(1, Int(self / .milliseconds(1))) }
}
