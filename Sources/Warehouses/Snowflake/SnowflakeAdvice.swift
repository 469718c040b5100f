import WarehouseConnections

extension Snowflake {
    /// The token is invalid; its key is not the user's.
    static let codesOfSignIn = ["390144", "394304"]

    /// What somebody can do about an error that people meet.
    ///
    /// Source: https://docs.snowflake.com/en/user-guide/key-pair-auth-troubleshooting;
    /// https://docs.snowflake.com/en/user-guide/security-access-control-privileges.
    static func advice(on code: String, at step: Step, _ names: Names) -> String? {
        switch code {
        case "394304":
            "the user has another public key: run the set-up script again"
        case "390144":
            """
            the account, the user or its public key is another one: run the set-up script again; an account \
            administrator finds the reason with \
            SELECT SYSTEM$GET_LOGIN_FAILURE_DETAILS('<the number in brackets>')
            """
        case "394302", "394303":
            "the clock of this machine is wrong by more than a minute: see timedatectl"
        case "390422", "390420":
            "a network or authentication policy keeps this service out: let its address and key pairs in"
        case "390189", "390186":
            "the user may not use the role: GRANT ROLE \(names.role) TO USER \(names.user);"
        case "000606", "390201":
            "the role may not use the warehouse: GRANT USAGE ON WAREHOUSE \(names.warehouse) TO ROLE \(names.role);"
        case "002003", "002043", "003001":
            "it is missing, or the role may not use it: run the set-up script again, or \(step.grant(names))"
        case "390318", "390100", "390101":
            "Snowflake does not let this user in: see DESCRIBE USER \(names.user);"
        default: nil
        }
    }
}
