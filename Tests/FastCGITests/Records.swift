import Testing

/// What a peer sends, and what it is.
struct Records: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]

    init(_ testDescription: String, _ records: [UInt8]...) {
        self.testDescription = testDescription
        bytes = records.flatMap(\.self)
    }
}
