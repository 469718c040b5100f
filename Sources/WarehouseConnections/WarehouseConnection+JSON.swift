extension WarehouseConnection {
    /// Writes the object that the API returns: nine members, `config` built from the type's public fields.
    ///
    /// - Parameter organisation: written in front of them, as import and export have it.
    public func write(to json: inout JSONWriter, organisation: OrganisationID? = nil) {
        write(to: &json, organisation: organisation) { json in
            json.member("public_key", publicKey?.base64)
            json.member("setup_script", setupScript)
        }
    }

    func write(
        to json: inout JSONWriter,
        organisation: OrganisationID? = nil,
        longMembers: (inout JSONWriter) -> Void
    ) {
        json.object { json in
            if let organisation { json.member("organisation", organisation.rawValue) }
            json.member("id", id.rawValue)
            json.member("type", configuration.type.name)
            json.member("status", status.rawValue)
            json.member("config") { configuration.write(to: &$0) }
            longMembers(&json)
            json.member("created_at", createdAt.rawValue)
            json.member("last_tested_at", lastTestedAt?.rawValue)
            json.member("last_error", lastError)
        }
    }

    /// Room for most connections, in bytes, so that writing one seldom reallocates.
    public static let usualJSONSize = 4096
}

extension WarehouseConnection: Equatable {
    /// Equal if and only if the JSON is, byte for byte; Swift's strings are equal in any Unicode normalisation.
    public static func == (left: WarehouseConnection, right: WarehouseConnection) -> Bool {
        func bytes(_ connection: WarehouseConnection) -> [UInt8] {
            var json = JSONWriter(reservingCapacity: usualJSONSize)
            connection.write(to: &json)
            return json.bytes
        }
        return bytes(left) == bytes(right)
    }
}

extension WarehouseConfiguration {
    /// Writes a member for each public field, in the type's order.
    public func write(to json: inout JSONWriter) {
        for (field, value) in zip(type.publicFields, values) { json.member(field.name, value) }
    }
}
