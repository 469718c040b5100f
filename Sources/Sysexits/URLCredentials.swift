extension String {
    /// Itself, but a URL without its user, its password and its parameters, which may be a password: as it may be printed.
    public var withoutCredentials: String {
        replacing(#/://.*@/#, with: "://…@").replacing(#/(://[^?]*)\?.*/#) { "\($0.1)?…" }
    }
}
