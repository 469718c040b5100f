import Testing

@testable import WarehouseAPI

@Suite struct EntityTagTests {
    private let tag = EntityTag(of: Array("[]".utf8))
    private let other = EntityTag(of: Array("{}".utf8)).rawValue

    @Test func isAStrongTag() {
        let characters = tag.rawValue.utf8.dropFirst().dropLast()
        #expect(tag.rawValue.hasPrefix("\"") && tag.rawValue.hasSuffix("\""))
        #expect(!characters.isEmpty)
        #expect(characters.allSatisfy { (0x23...0x7E).contains($0) || $0 == 0x21 })
    }

    @Test func isEqualForEqualBytes() {
        for content in [[], [0], Array("[]".utf8), [UInt8](repeating: 0xFF, count: 5000)] {
            #expect(EntityTag(of: content) == EntityTag(of: Array(content)))
        }
    }

    @Test func differsForDifferentBytes() {
        let content = [UInt8](repeating: 0x61, count: 200)
        var tags = Set((0...content.count).map { EntityTag(of: Array(content.prefix($0))).rawValue })
        for index in content.indices {
            for bit in 0..<8 {
                var changed = content
                changed[index] ^= 1 << bit
                tags.insert(EntityTag(of: changed).rawValue)
            }
        }
        #expect(tags.count == 201 + 1600)
    }

    @Test(arguments: [
        "T", "W/T", " T", "T ", "\tT\t", "T,O", "O,T", "O, T", "O , T", "O\t,\tT", "O, W/T", "W/O, W/T", "T, T", "O,,T",
        "O, , T", "T,", "T , ", "\"\", T", "\"a,b\", T", "\"*\", T", "\"W/\", T", "\"é\", T", "*", " * ", "\t*",
    ])
    func isMatched(form: String) {
        #expect(tag.isMatched(by: expand(form)))
    }

    @Test(arguments: [
        "", " ", ",", "\"", "\"\"", "W/", "W/\"\"", "O", "W/O", "O, O", "U", "W/U", "\"U", "U\"", "'U'", "w/T", "W/ T",
        "W /T", "WT", "T O", "O T", "T;O", "O;T", "TT", "TW/T", "T*", "*T", "*, T", "T, *", "**", "\"*\"", "T x", "x T",
        "x, T", "T, x", "O, \"", "T, \"", "\"\" T", "T, \"unfinished", "U, T", "T\u{301}", "\"\u{301}U\"", "W/W/T",
        "* *",
    ])
    func isNotMatched(form: String) {
        #expect(!tag.isMatched(by: expand(form)))
    }

    @Test func isFoundAmongMany() {
        let many = [String](repeating: other, count: 1000)
        #expect(tag.isMatched(by: (many + [tag.rawValue]).joined(separator: ", ")))
        #expect(!tag.isMatched(by: many.joined(separator: ", ")))
    }

    @Test func doesNotMatchAPartOrAnotherLetterCase() {
        #expect(!tag.isMatched(by: "\"" + tag.rawValue.dropFirst(2)))
        #expect(!tag.isMatched(by: tag.rawValue.dropLast(2) + "\""))
        #expect(!tag.isMatched(by: tag.rawValue.dropLast() + " \""))
        #expect(!tag.isMatched(by: "\" " + tag.rawValue.dropFirst()))
        #expect(!tag.isMatched(by: tag.rawValue.uppercased()))
    }

    /// `form` with the tag for T, another for O, and the tag without its quotes for U.
    private func expand(_ form: String) -> String {
        form.replacing("T", with: tag.rawValue).replacing("O", with: other)
            .replacing("U", with: tag.rawValue.dropFirst().dropLast())
    }
}
