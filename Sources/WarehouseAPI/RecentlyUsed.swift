/// A dictionary of bounded size that forgets what has not been asked for lately.
///
/// It has two halves: what was asked for since the newer one began, and what is left of the time before. When the newer one
/// is full it becomes the older one, and what nobody has asked for meanwhile is gone.
struct RecentlyUsed<Key: Hashable, Value> {
    private var newer: [Key: Value] = [:]
    private var older: [Key: Value] = [:]
    private var size = 0
    private let capacity: Int
    private let sizeOf: (Value) -> Int

    /// - Parameters:
    ///   - capacity: the size of each half, in the unit of `sizeOf`.
    ///   - sizeOf: what a value takes of it.
    init(capacity: Int, sizeOf: @escaping (Value) -> Int = { _ in 1 }) {
        self.capacity = capacity
        self.sizeOf = sizeOf
    }

    mutating func value(_ key: Key) -> Value? {
        if let value = newer[key] { return value }
        guard let value = older[key] else { return nil }
        insert(value, key)
        return value
    }

    mutating func insert(_ value: Value, _ key: Key) {
        size += sizeOf(value)
        if size > capacity {
            older = newer
            newer = [:]
            size = sizeOf(value)
        }
        newer[key] = value
    }

    mutating func removeAll() {
        newer = [:]
        older = [:]
        size = 0
    }
}
