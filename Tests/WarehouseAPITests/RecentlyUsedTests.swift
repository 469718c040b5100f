import Testing

@testable import WarehouseAPI

@Suite struct RecentlyUsedTests {
    @Test
    func keepsWhatFits() {
        var cache = RecentlyUsed<Int, String>(capacity: 10)
        #expect(cache.value(1) == nil)
        for number in 1...10 { cache.insert("\(number)", number) }
        for number in 1...10 { #expect(cache.value(number) == "\(number)") }
        cache.insert("one", 1)
        #expect(cache.value(1) == "one")
    }

    @Test
    func forgetsWhatNobodyHasAskedFor() {
        var cache = RecentlyUsed<Int, Int>(capacity: 10)
        for number in 1...100 {
            cache.insert(number, number)
            #expect(cache.value(1) == 1)
        }
        #expect(cache.value(50) == nil)
        #expect(cache.value(100) == 100)
    }

    @Test
    func neverHoldsMoreThanTwoHalves() {
        var cache = RecentlyUsed<Int, Int>(capacity: 100) { $0 }
        for number in 1...1000 { cache.insert(30, number) }
        #expect((1...1000).count { cache.value($0) != nil } <= 6)
        // Larger than a half: it stands alone, and the next one takes its place.
        cache.insert(1_000_000, 0)
        #expect(cache.value(0) == 1_000_000)
        cache.insert(30, 1)
        cache.insert(1_000_000, 2)
        #expect(cache.value(0) == nil)
    }

    @Test
    func forgetsAllAtOnce() {
        var cache = RecentlyUsed<Int, Int>(capacity: 2)
        for number in 1...5 { cache.insert(number, number) }
        cache.removeAll()
        for number in 1...5 { #expect(cache.value(number) == nil) }
    }
}
