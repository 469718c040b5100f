/* The organisation of a live API key. The "+" keeps the digest from choosing the row. */
SELECT organisation FROM api_key
WHERE id = ? AND +secret_sha256 = ? AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > strftime('%Y-%m-%dT%H:%M:%SZ'))
