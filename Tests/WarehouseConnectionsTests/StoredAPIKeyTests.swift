import Testing
import WarehouseConnections

@Suite struct StoredAPIKeyTests {
    @Test(arguments: [
        (nil, nil, "2026-06-01T00:00:00Z", StoredAPIKey.State.live),
        ("2026-06-01T00:00:01Z", nil, "2026-06-01T00:00:00Z", .live),
        ("2026-06-01T00:00:00Z", nil, "2026-06-01T00:00:00Z", .expired),
        ("2026-06-01T00:00:00Z", nil, "9999-12-31T23:59:59Z", .expired),
        ("2026-06-01T00:00:00.5Z", nil, "2026-06-01T00:00:00Z", .live),
        ("2026-06-01T00:00:00.5Z", nil, "2026-06-01T00:00:01Z", .expired),
        (nil, "2026-06-01T00:00:00Z", "2026-06-01T00:00:00Z", .revoked),
        // Revoked is revoked, even if the clock goes back.
        (nil, "2026-06-01T00:00:00Z", "2026-05-01T00:00:00Z", .revoked),
        ("2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-06-01T00:00:00Z", .revoked),
    ])
    func knowsItsState(expiresAt: String?, revokedAt: String?, now: String, state: StoredAPIKey.State) throws {
        let key = try make(expiresAt: expiresAt, revokedAt: revokedAt)
        #expect(key.state(at: .init(try #require(Timestamp(now)).secondsSince1970)) == state)
    }

    @Test(arguments: ["", "dashboard", "Événements 🧊", String(repeating: "é", count: 100)])
    func takesALabel(label: String) throws {
        #expect(try make(label: label).label == label)
    }

    @Test(arguments: [String(repeating: "x", count: 101), "a\nb", "\u{1B}[2J", "\u{0}", "\u{85}"])
    func refusesALabelThatWouldSpoilATable(label: String) {
        #expect(throws: InvalidValue.self) { try make(label: label) }
    }

    @Test(arguments: [0, 31, 33])
    func refusesADigestOfAnotherLength(count: Int) {
        #expect(throws: InvalidValue.self) { try make(digest: [UInt8](repeating: 1, count: count)) }
    }

    private func make(
        label: String = "",
        digest: [UInt8] = [UInt8](repeating: 1, count: 32),
        expiresAt: String? = nil,
        revokedAt: String? = nil
    ) throws -> StoredAPIKey {
        try StoredAPIKey(
            id: #require(KeyID("0123456789Ab")),
            secretDigest: digest,
            organisation: #require(OrganisationID(1)),
            label: label,
            createdAt: #require(Timestamp("2026-01-01T00:00:00Z")),
            expiresAt: expiresAt.flatMap { Timestamp($0) },
            revokedAt: revokedAt.flatMap { Timestamp($0) }
        )
    }
}
