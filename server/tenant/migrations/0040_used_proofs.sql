-- Proofs of work that were used, until they expire.
CREATE TABLE tenant_used_proofs (
    challenge_hash TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

CREATE INDEX tenant_used_proofs_expiry ON tenant_used_proofs (expires_at);
