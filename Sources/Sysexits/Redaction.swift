extension String {
    /// Itself, but a URL without its user, its password and its parameters, which may be a password: as it may be printed.
    public var withoutCredentials: String {
        replacing(#/://.*@/#, with: "://…@").replacing(#/(://[^?]*)\?.*/#) { "\($0.1)?…" }
    }

    /// Itself, but of an API key its id alone, and of a sealing key nothing: somebody has put it where it does not belong.
    /// A part of a key counts, too.
    var withoutKeys: String {
        replacing(#/(whc_[A-Za-z0-9]{12}_)[A-Za-z0-9_-]+/#) { "\($0.1)…" }
            .replacing(#/[A-Za-z0-9]{12}_[A-Za-z0-9_-]{43,}/#, with: "…")
            .replacing(#/whsk1_[A-Za-z0-9_]+/#, with: "whsk1_…")
    }
}
