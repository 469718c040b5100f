extension WarehouseType {
    /// One field of a type's configuration.
    public struct Field: Hashable, Sendable {
        /// What JSON has for the field, and the rule for what an operator gives.
        public enum Kind: Hashable, Sendable {
            case text(TextRule)
            case integer(ClosedRange<Int64>)
            case boolean
        }

        /// The field's name in JSON and in the store, in snake case.
        public let name: String
        public let kind: Kind
        /// Nil if whoever creates a connection must give a value.
        public let defaultValue: FieldValue?
        /// What the field is, on one line for the command line.
        public let help: String
        /// Whether the value is a secret: then it is kept with the private keys and is in no answer and no store of
        /// connections.
        public let isSensitive: Bool
        /// Whether a connection keeps the value for ever, since another one would be another warehouse.
        public let isFixed: Bool
        /// Whether it says where the secrets are sent: with another value they must be given again.
        public let isDestination: Bool
        /// Whether it says, together with the other such fields, as which user of which warehouse somebody signs in.
        public let identifiesUser: Bool

        public init(
            _ name: String,
            _ kind: Kind,
            default defaultValue: FieldValue? = nil,
            help: String,
            isSensitive: Bool = false,
            isFixed: Bool = false,
            isDestination: Bool = false,
            identifiesUser: Bool = false
        ) {
            self.name = name
            self.kind = kind
            self.defaultValue = defaultValue
            self.help = help
            self.isSensitive = isSensitive
            self.isFixed = isFixed
            self.isDestination = isDestination
            self.identifiesUser = identifiesUser
        }

        public var isRequired: Bool { defaultValue == nil }

        /// The value that an operator means by `text`, in the form in which it is stored.
        ///
        /// - Throws: ``InvalidValue`` with the field's name and never with a part of `text`, which may be a secret.
        public func value(of text: String) throws(InvalidValue) -> FieldValue {
            let value: FieldValue? =
                switch kind {
                case .text(let rule): .text(try normalised(text, by: rule))
                case .integer: Self.integer(text.trimmed).map { .integer($0) }
                case .boolean: Bool(text.trimmed).map { .boolean($0) }
                }
            guard let value else { throw InvalidValue(name, kindProblem) }
            try check(value)
            return value
        }

        private func normalised(_ text: String, by rule: TextRule) throws(InvalidValue) -> String {
            do throws(TextRule.Problem) {
                return try rule.normalised(text)
            } catch {
                throw InvalidValue(name, error.reason)
            }
        }

        private static func integer(_ text: String) -> Int64? {
            text.utf8.allSatisfy(TextRule.isDigit) ? Int64(text) : nil
        }

        /// What `text`, which an operator gives for this field, says of other fields, by name: a URL has port and scheme.
        func valuesOfOtherFields(in text: String) -> [(name: String, value: FieldValue)] {
            guard kind == .text(.host), let host = try? PastedHost(text.trimmed) else { return [] }
            let port = host.port.map { (name: "port", value: FieldValue.integer($0)) }
            let secure = host.isSecure.map { (name: "secure", value: FieldValue.boolean($0)) }
            return [port, secure].compactMap(\.self)
        }

        /// Whether an operator may give `value`. What is imported or stored must only be of the right kind.
        func check(_ value: FieldValue) throws(InvalidValue) {
            switch (kind, value) {
            case (.text(let rule), .text(let text)):
                if let problem = rule.problem(with: text) { throw InvalidValue(name, problem) }
            case (.integer(let range), .integer(let number)):
                guard range.contains(number) else {
                    throw InvalidValue(name, "is not from \(range.lowerBound) to \(range.upperBound)")
                }
            case (.boolean, .boolean): break
            default: throw InvalidValue(name, kindProblem)
            }
        }

        /// What is wrong with a value of another kind.
        var kindProblem: String {
            switch kind {
            case .text: "is no string"
            case .integer: "is no integer"
            case .boolean: "is neither true nor false"
            }
        }
    }
}
