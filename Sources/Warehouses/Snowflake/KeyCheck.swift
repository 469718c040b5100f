import WarehouseConnections

extension Snowflake {
    /// What stops a script before it replaces the key of another connection that has the same user.
    ///
    /// It stops only when it has seen such a key. Whatever keeps it from looking (no such user, no right to describe it,
    /// another form of the output) is an exception that ends the block and lets the script go on.
    ///
    /// Beside a connection's first key there may be none, beside its second one the first. Beside a later key there may be
    /// an older one of this connection, whose fingerprint is not stored: then nothing is looked for.
    ///
    /// DESCRIBE needs no running warehouse; RESULT_SCAN might need one. The block stands in quotation
    /// marks because SnowSQL takes no bare one, and not between dollar signs because a name may have two of them.
    ///
    /// It was never run: nothing but Snowflake can. sqlfluff parses all of it but DESCRIBE in a RESULTSET.
    ///
    /// Source: https://docs.snowflake.com/en/sql-reference/sql/execute-immediate;
    /// https://docs.snowflake.com/en/user-guide/key-pair-auth (the properties of DESCRIBE USER);
    /// https://docs.snowflake.com/en/developer-guide/snowflake-scripting/loops, "RESULTSET-based FOR loops";
    /// https://docs.snowflake.com/en/developer-guide/snowflake-scripting/exceptions, "Raising the same exception again".
    static func keyCheck(_ key: KeyInstallation, _ names: Names) -> [String] {
        guard key.generation == 1 || key.generation == 2 && key.predecessor != nil else { return [] }
        let ours = [key.publicKey, key.predecessor].compactMap(\.self).map { literal($0.fingerprint) }
        let message = """
            another key is installed for user \(names.user): each connection needs a user of its own. If no connection uses \
            that key any more, take it away as the comment above says
            """
        let block = """
            DECLARE
                another_key EXCEPTION (-20001, \(literal(message)));
            BEGIN
                LET properties RESULTSET := (DESCRIBE USER \(names.user));
                FOR entry IN properties DO
                    IF (entry."property" IN ('RSA_PUBLIC_KEY_FP', 'RSA_PUBLIC_KEY_2_FP')
                        AND entry."value" LIKE 'SHA256:%'
                        AND entry."value" NOT IN (\(ours.joined(separator: ", ")))) THEN
                        RAISE another_key;
                    END IF;
                END FOR;
                RETURN 'no other key';
            EXCEPTION
                WHEN another_key THEN
                    RAISE;
                WHEN OTHER THEN
                    RETURN 'not checked';
            END;
            """
        // Indented: whoever reads a script by lines takes none of these for a statement.
        let lines = block.split(separator: "\n").map { "\n    \($0)" }.joined()
        return [
            "-- If the user has the key of another connection, the next statement fails: then run nothing after it, and give",
            "-- this connection another user.",
            "-- If no connection uses that key any more, take it away and run the script again:",
            "-- ALTER USER ... UNSET RSA_PUBLIC_KEY, RSA_PUBLIC_KEY_2",
            "EXECUTE IMMEDIATE \(literal(lines));",
        ]
    }
}
