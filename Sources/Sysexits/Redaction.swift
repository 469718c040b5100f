extension String {
    /// Itself, but a URL without its user, its password and its parameters, which may be a password: as it may be printed.
    public var withoutCredentials: String {
        replacing(#/://.*@/#, with: "://…@").replacing(#/(://[^?]*)\?.*/#) { "\($0.1)?…" }
    }

    /// The text with keys masked: of an API key only its id stays, of a sealing key only `whsk1_`. A word that is no path
    /// and as long as a key's secret counts as one: somebody may have cut the beginning off.
    var withoutKeys: String {
        replacing(#/(whc_[A-Za-z0-9]{12}_)[A-Za-z0-9_-]+/#) { "\($0.1)…" }
            .replacing(#/whsk1_[A-Za-z0-9_]+/#, with: "whsk1_…")
            .replacing(#/(^|[^A-Za-z0-9_.\/-])[A-Za-z0-9_-]{43,}(?![A-Za-z0-9_.\/-])/#) { "\($0.1)…" }
    }
}
