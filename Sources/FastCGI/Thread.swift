import Glibc

/// Runs `body` on a new detached thread, whose blocked signals are those of the caller.
func startThread(_ body: @escaping @Sendable () -> Void) throws(TransportError) {
    final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let start = unsafe Unmanaged.passRetained(Start(body))
    var thread = pthread_t()
    let failure = unsafe pthread_create(
        &thread,
        &attributes,
        { start in
            if let start = unsafe start { unsafe Unmanaged<Start>.fromOpaque(start).takeRetainedValue().body() }
            return nil
        },
        start.toOpaque()
    )
    guard failure == 0 else {
        unsafe start.release()
        throw .system(call: "pthread_create", errno: failure)
    }
}
