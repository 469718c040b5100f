import Foundation
import WarehouseConnections

extension Snowflake {
    /// What Snowflake's errors say of a connection.
    ///
    /// To a client nearly every sign-in that fails is 390144; only the account's administrator can see the reason. An error
    /// with a number that is not here is known by its words.
    ///
    /// Source: https://docs.snowflake.com/en/user-guide/key-pair-auth-troubleshooting;
    /// https://docs.snowflake.com/en/user-guide/security-access-control-privileges; for the numbers from 390100
    /// snowflake-connector-python, `network.py`.
    enum Fault: Equatable {
        /// Under which number Snowflake keeps the reason; nil if it has given none.
        case signIn(UUID?)
        case user
        case key
        case account
        case tokenTime
        case token
        case policy
        /// User or key are not the right ones, as to an older client.
        case credential
        case blockedUser
        case role
        case suspendedWarehouse
        case resourceMonitor
        case trial
        /// What that step needs is missing, or the role may not use it.
        case object(Step)

        init?(code: String, _ words: String, at step: Step) {
            let reason = words.firstMatch(of: /\[([0-9A-Fa-f-]{36})\]/).flatMap { UUID(uuidString: String($0.1)) }
            let object = Fault.object(Step(namedIn: words) ?? step)
            let words = words.lowercased()
            func say(_ texts: String...) -> Bool { texts.contains { words.contains($0) } }
            let singleWords = Set(words.split { !$0.isLetter && $0 != "_" }.map(String.init))
            switch code {
            case "390144": self = .signIn(reason)
            case "394300": self = .user
            case "394304": self = .key
            case "394307": self = .account
            case "394301", "394302", "394303": self = .tokenTime
            case "394305", "394306": self = .token
            case "390202", "390420", "390422", "390432": self = .policy
            case "390100": self = .credential
            case "390101": self = .blockedUser
            case "390186", "390189": self = .role
            case "000606": self = .suspendedWarehouse
            case "390201", "002003", "002043", "003001": self = object
            case _ where say("jwt token is invalid"): self = .signIn(reason)
            case _ where say("network policy", "authentication policy"): self = .policy
            case _ where say("resource monitor"): self = .resourceMonitor
            case _ where say("trial has ended"): self = .trial
            case _ where say("auto_resume", "no active warehouse"),
                _ where singleWords.isSuperset(of: ["warehouse", "suspended"]):
                self = .suspendedWarehouse
            case _ where singleWords.contains("user") && !singleWords.isDisjoint(with: ["disabled", "locked"]):
                self = .blockedUser
            case _ where say("does not exist or not authorized", "insufficient privileges"): self = object
            default: return nil
            }
        }

        var cause: TestFailure.Cause {
            switch self {
            case .signIn, .credential, .user, .key, .account: .signIn
            // The token is made here.
            case .tokenTime, .token: .service
            default: .warehouse
            }
        }

        /// What the owner of the account may do, with the statements for it.
        func advice(_ names: Names) -> String? {
            switch self {
            case .signIn(let reason):
                """
                Snowflake does not know this account, this user by its LOGIN_NAME, or this public key: run the set-up script \
                again. If another connection uses this user, it has replaced the key: give each connection a user of its \
                own. Compare the key's fingerprint with that of DESCRIBE USER \(names.user);
                """
                    + (reason.map {
                        """
                         ACCOUNTADMIN sees the reason with \
                        SELECT SYSTEM$GET_LOGIN_FAILURE_DETAILS('\($0.uuidString.lowercased())');
                        """
                    } ?? "")
            case .user:
                """
                no user has this login name: run the set-up script again. If the user is there, it has another LOGIN_NAME: \
                DESCRIBE USER \(names.user);
                """
            case .key:
                """
                the user has another public key: run the set-up script again. If another connection uses this user, it has \
                replaced the key: give each connection a user of its own. DESCRIBE USER \(names.user);
                """
            case .account:
                """
                the account has another identifier. Snowflake shows it: SELECT CURRENT_ORGANIZATION_NAME() || '-' || \
                CURRENT_ACCOUNT_NAME();
                """
            case .tokenTime, .token: nil
            case .policy:
                """
                a network policy or an authentication policy keeps this service out. The network policy must allow its \
                address; the authentication policy must allow KEYPAIR. SHOW PARAMETERS LIKE 'network_policy' IN USER \(names.user); SHOW PARAMETERS LIKE \
                'network_policy' IN ACCOUNT; SHOW AUTHENTICATION POLICIES ON USER \(names.user); SHOW AUTHENTICATION \
                POLICIES ON ACCOUNT;
                """
            case .credential:
                "Snowflake does not know this user, or this key: run the set-up script again. DESCRIBE USER \(names.user);"
            case .blockedUser: "Snowflake does not let this user in: DESCRIBE USER \(names.user);"
            case .role:
                """
                the role is missing, or the user may not use it: run the set-up script again, or \
                GRANT ROLE \(names.role) TO USER \(names.user);
                """
            case .suspendedWarehouse:
                """
                the role may not use the warehouse, or the warehouse is suspended and does not resume by itself: \
                \(Step.warehouse.grant(names)) ALTER WAREHOUSE \(names.warehouse) SET AUTO_RESUME = TRUE;
                """
            case .resourceMonitor: "the warehouse has used up its credits: SHOW RESOURCE MONITORS;"
            case .trial: "the trial of the account has ended: add billing information in Snowflake"
            case .object(let step):
                """
                the \(step.rawValue) is missing, or the role may not use it: run the set-up script again, or \
                \(step.grant(names))
                """
            }
        }

        var hint: String? {
            switch self {
            case .tokenTime: "is the clock of this machine right? See timedatectl"
            case .token: "this service has made a wrong token: report it"
            default: nil
            }
        }
    }

    /// The failure to report instead if our clock is wrong; nil if it is right or has nothing to do with `failure`.
    ///
    /// Snowflake wants tokens that are no older than a minute. The answer's date has whole seconds, and the way took some.
    ///
    /// - Parameter offset: by how much our clock is ahead.
    static func failure(_ failure: TestFailure, withClockOffBy offset: Duration) -> TestFailure? {
        let seconds = Int64((offset / .seconds(1)).rounded())
        guard abs(seconds) > 55, let code = failure.code else { return nil }
        switch Fault(code: code, failure.text, at: .warehouse) {
        case .signIn, .tokenTime:
            return TestFailure(
                "the clock of this machine is \(abs(seconds)) s \(seconds > 0 ? "ahead of" : "behind") Snowflake's",
                code: code,
                hint: "see timedatectl",
                cause: .service
            )
        default: return nil
        }
    }
}

extension Snowflake.Step {
    /// The step that needs what an error is about, such as `Schema 'DB.X' does not exist`.
    fileprivate init?(namedIn words: String) {
        guard let kind = words.firstMatch(of: /(?i)\b(warehouse|database|schema|stage)\b/) else { return nil }
        self.init(rawValue: kind.1.lowercased())
    }
}
