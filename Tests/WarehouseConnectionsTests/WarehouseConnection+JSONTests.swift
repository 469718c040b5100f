import Testing
import WarehouseConnections

@Suite struct WarehouseConnectionJSONTests {
    @Test func writesNineMembersInOrder() throws {
        let connection = try WarehouseConnection.mock(
            status: .error,
            setupScript: "USE ROLE \"É\";\n",
            lastTestedAt: "2026-04-17T10:05:00.25Z",
            lastError: "denied:\t/"
        )
        #expect(
            json(of: connection) == """
                {"id":"wc_abc123","type":"snowflake","status":"error","config":{"account_identifier":\
                "an account_identifier","warehouse":"a warehouse","database":"a database","schema":"a schema",\
                "role":"a role","user":"a user"},"public_key":null,"setup_script":"USE ROLE \\"É\\";\\n",\
                "created_at":"2026-04-17T10:00:00Z","last_tested_at":"2026-04-17T10:05:00.25Z",\
                "last_error":"denied:\\t/"}
                """
        )
    }

    @Test func writesNullForWhatIsAbsent() throws {
        let text = json(of: try .mock(configuration: .mock(of: .postbox)))
        let tail = #""public_key":null,"setup_script":null,"created_at":"2026-04-17T10:00:00Z","#
        #expect(text.hasSuffix(tail + #""last_tested_at":null,"last_error":null}"#))
    }

    @Test func writesThePublicKeyAsItIs() throws {
        let key = try PublicKey.mock()
        try #require(key.base64.contains("+/"))
        #expect(json(of: try .mock(publicKey: key)).contains(#","public_key":"\#(key.base64)","setup_script":"#))
    }

    @Test(arguments: [
        (ConnectionStatus.pendingCustomerSetup, "pending_customer_setup"), (.connected, "connected"), (.error, "error"),
    ])
    func writesTheStatus(status: ConnectionStatus, text: String) throws {
        #expect(json(of: try .mock(status: status)).contains(#","status":"\#(text)","config":{"#))
    }

    @Test func leavesSensitiveValuesOut() throws {
        let values: [String: FieldValue] = [
            "token": "t0k3n", "host": "a host", "password": "hunter2", "user": "a user", "slots": 9, "open": true,
        ]
        let configuration = try WarehouseConfiguration(type: .postbox) { values[$0.name] }
        let text = json(of: try .mock(configuration: configuration))
        #expect(text.contains(#","type":"postbox","#))
        #expect(text.contains(#","config":{"host":"a host","user":"a user","slots":9,"open":true},"#))
        for secret in ["token", "t0k3n", "password", "hunter2"] { #expect(!text.contains(secret)) }
    }

    @Test func writesTheOrganisationInFrontWhereAsked() throws {
        let connection = try WarehouseConnection.mock()
        let organisation = try #require(OrganisationID(Int64.max))
        let text = json(of: connection, organisation: organisation)
        #expect(text == #"{"organisation":9223372036854775807,"# + json(of: connection).dropFirst())
    }

    private func json(of connection: WarehouseConnection, organisation: OrganisationID? = nil) -> String {
        var json = JSONWriter()
        connection.write(to: &json, organisation: organisation)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
