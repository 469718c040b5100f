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

        public init(
            _ name: String,
            _ kind: Kind,
            default defaultValue: FieldValue? = nil,
            help: String,
            isSensitive: Bool = false,
            isFixed: Bool = false,
            isDestination: Bool = false
        ) {
            self.name = name
            self.kind = kind
            self.defaultValue = defaultValue
            self.help = help
            self.isSensitive = isSensitive
            self.isFixed = isFixed
            self.isDestination = isDestination
        }

        public var isRequired: Bool { defaultValue == nil }

        /// The value that an operator means by `text`, in the form in which it is stored.
        ///
        /// - Throws: ``InvalidValue`` with the field's name and never with a part of `text`, which may be a secret.
        public func value(of text: String) throws(InvalidValue) -> FieldValue {
            let value: FieldValue? =
                switch kind {
                case .text(let rule): .text(rule.normalised(text))
                case .integer: text.utf8.allSatisfy(Self.isDigit) ? Int64(text).map { .integer($0) } : nil
                case .boolean: Bool(text).map { .boolean($0) }
                }
            guard let value else { throw InvalidValue(name, kindProblem) }
            try check(value)
            return value
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

        private static func isDigit(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
    }
}
