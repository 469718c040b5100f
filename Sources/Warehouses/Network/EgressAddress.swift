/// An IPv4 address from which this service reaches warehouses, or a block of them: `<address>/<bits>` (RFC 4632).
public struct EgressAddress: Hashable, Sendable {
    public let text: String

    /// The address or block that `text` spells; nil if it is none, or if a part of it is not public: no warehouse in the
    /// Internet ever sees such an address.
    public init?(_ text: String) {
        guard let block = AddressBlock(text.contains("/") ? text : "\(text)/32"), block.start.bytes.count == 4,
            // Not +24 nor 024, and no bits beyond the block's.
            text == "\(block.start.text)/\(block.length)" || text == block.start.text,
            block.isAligned, block.isPublic
        else { return nil }
        self.text = text
    }
}
