-- Messages that forms of the login page asked for; without an outcome while they are sent.
CREATE TABLE tenant_login_sends (
    form_hash TEXT PRIMARY KEY,
    outcome TEXT,
    expires_at BIGINT NOT NULL
);

CREATE INDEX tenant_login_sends_expiry ON tenant_login_sends (expires_at);
