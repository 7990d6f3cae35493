-- Times are unix milliseconds; secrets of bearers (codes, cookies) are stored as hashes only.

CREATE TABLE IF NOT EXISTS tenant_secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- What codes are hashed under; the newest is in use.
CREATE TABLE IF NOT EXISTS tenant_code_keys (
    secret TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS tenant_signing_keys (
    slot TEXT PRIMARY KEY,
    pkcs8 TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- The public halves of keys that sign no more.
CREATE TABLE IF NOT EXISTS tenant_retired_keys (
    modulus TEXT PRIMARY KEY,
    exponent TEXT NOT NULL,
    retired_at BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS tenant_users (
    connection TEXT NOT NULL,
    phone_number TEXT NOT NULL,
    user_id TEXT NOT NULL UNIQUE,
    blocked BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (connection, phone_number)
);

-- Codes of earlier versions, which knew of no transactions; they lived for minutes.
DROP TABLE IF EXISTS tenant_challenges;
DROP TABLE IF EXISTS tenant_superseded_codes;

-- One row a number, client and transaction, which is empty where the client names none: a new code takes the place of the
-- one before.
CREATE TABLE IF NOT EXISTS tenant_otp_challenges (
    connection TEXT NOT NULL,
    phone_number TEXT NOT NULL,
    client_id TEXT NOT NULL,
    transaction_hash TEXT NOT NULL,
    id TEXT NOT NULL,
    mac TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    redeemed BOOLEAN NOT NULL,
    PRIMARY KEY (connection, phone_number, client_id, transaction_hash)
);

-- Codes that a newer one replaced before they were used: they let nobody in, and are known again when they are tried.
CREATE TABLE IF NOT EXISTS tenant_replaced_codes (
    id TEXT PRIMARY KEY,
    connection TEXT NOT NULL,
    phone_number TEXT NOT NULL,
    mac TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Which request used a code up, as a hash: for a short time the same one gets the same result.
CREATE TABLE IF NOT EXISTS tenant_redemptions (
    challenge_id TEXT PRIMARY KEY,
    redeemed_by TEXT NOT NULL,
    redeemed_at BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS tenant_authorization_codes (
    code_hash TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT,
    grant_json TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    redeemed_at BIGINT
);

-- What one sign-in led to; its tokens go with it.
CREATE TABLE IF NOT EXISTS tenant_refresh_families (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    grant_json TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);

-- Used ones stay, to know a reuse by.
CREATE TABLE IF NOT EXISTS tenant_refresh_tokens (
    token_hash TEXT PRIMARY KEY,
    family_id TEXT NOT NULL REFERENCES tenant_refresh_families (id) ON DELETE CASCADE,
    rotated_at BIGINT
);

-- Access tokens for /userinfo; those for APIs are signed, and nowhere stored. `grant_id` is that of the refresh tokens.
CREATE TABLE IF NOT EXISTS tenant_access_tokens (
    token_hash TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    grant_id TEXT,
    expires_at BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS tenant_access_tokens_grant ON tenant_access_tokens (grant_id);
CREATE INDEX IF NOT EXISTS tenant_access_tokens_user ON tenant_access_tokens (user_id);

CREATE TABLE IF NOT EXISTS tenant_sso_sessions (
    token_hash TEXT PRIMARY KEY,
    sid TEXT NOT NULL,
    user_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL
);

-- Sessions that sign nobody in before the person has been asked.
CREATE TABLE IF NOT EXISTS tenant_unconfirmed_sessions (
    token_hash TEXT PRIMARY KEY REFERENCES tenant_sso_sessions (token_hash) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS tenant_login_tickets (
    ticket_hash TEXT PRIMARY KEY,
    client_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    cookie_hash TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS tenant_assertions (
    name_hash TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

-- Logins under way are in cookies; earlier versions kept them here.
DROP TABLE IF EXISTS tenant_hosted_logins;

-- Messages that forms of the login page asked for; without an outcome while they are sent.
CREATE TABLE IF NOT EXISTS tenant_login_sends (
    form_hash TEXT PRIMARY KEY,
    outcome TEXT,
    expires_at BIGINT NOT NULL
);

-- Token buckets in the form of GCRA: `tat` is the time at which the bucket is full again.
CREATE TABLE IF NOT EXISTS tenant_limits (
    bucket TEXT PRIMARY KEY,
    tat BIGINT NOT NULL
);

-- Messages that a provider took, and its newest report; the recipient is masked.
CREATE TABLE IF NOT EXISTS tenant_messages (
    message_id TEXT PRIMARY KEY,
    connection TEXT,
    recipient TEXT,
    status TEXT NOT NULL,
    stage BIGINT NOT NULL,
    error_code BIGINT,
    created_at BIGINT NOT NULL
);

-- Codes that went to a number shortly one after the other.
CREATE TABLE IF NOT EXISTS tenant_sends (
    phone_number TEXT PRIMARY KEY,
    sent BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);

-- What happened. Numbers are masked, and no code or secret is ever written here.
CREATE TABLE IF NOT EXISTS tenant_logs (
    log_id TEXT PRIMARY KEY,
    logged_at BIGINT NOT NULL,
    event TEXT NOT NULL,
    client_id TEXT,
    connection TEXT,
    phone_number TEXT,
    user_id TEXT,
    ip TEXT,
    description TEXT
);

-- Refusals that are alike, one row an hour.
CREATE TABLE IF NOT EXISTS tenant_refusals (
    id TEXT PRIMARY KEY,
    hour BIGINT NOT NULL,
    count BIGINT NOT NULL,
    logged_at BIGINT NOT NULL,
    event TEXT NOT NULL,
    client_id TEXT,
    connection TEXT,
    phone_number TEXT,
    user_id TEXT,
    ip TEXT,
    description TEXT
);

CREATE INDEX IF NOT EXISTS tenant_refusals_hour ON tenant_refusals (hour);

-- For the removal of what has expired.
CREATE INDEX IF NOT EXISTS tenant_messages_age ON tenant_messages (created_at);
CREATE INDEX IF NOT EXISTS tenant_otp_challenges_id ON tenant_otp_challenges (id);
CREATE INDEX IF NOT EXISTS tenant_otp_challenges_expiry ON tenant_otp_challenges (expires_at);
CREATE INDEX IF NOT EXISTS tenant_replaced_codes_number ON tenant_replaced_codes (connection, phone_number);
CREATE INDEX IF NOT EXISTS tenant_replaced_codes_expiry ON tenant_replaced_codes (expires_at);
CREATE INDEX IF NOT EXISTS tenant_redemptions_age ON tenant_redemptions (redeemed_at);
CREATE INDEX IF NOT EXISTS tenant_authorization_codes_expiry ON tenant_authorization_codes (expires_at);
CREATE INDEX IF NOT EXISTS tenant_access_tokens_expiry ON tenant_access_tokens (expires_at);
CREATE INDEX IF NOT EXISTS tenant_refresh_families_idle ON tenant_refresh_families (used_at);
CREATE INDEX IF NOT EXISTS tenant_refresh_families_age ON tenant_refresh_families (created_at);
CREATE INDEX IF NOT EXISTS tenant_refresh_tokens_family ON tenant_refresh_tokens (family_id);
CREATE INDEX IF NOT EXISTS tenant_login_tickets_expiry ON tenant_login_tickets (expires_at);
CREATE INDEX IF NOT EXISTS tenant_login_sends_expiry ON tenant_login_sends (expires_at);
CREATE INDEX IF NOT EXISTS tenant_assertions_expiry ON tenant_assertions (expires_at);
CREATE INDEX IF NOT EXISTS tenant_sso_sessions_idle ON tenant_sso_sessions (last_seen_at);
CREATE INDEX IF NOT EXISTS tenant_sso_sessions_age ON tenant_sso_sessions (created_at);
CREATE INDEX IF NOT EXISTS tenant_limits_expiry ON tenant_limits (tat);
CREATE INDEX IF NOT EXISTS tenant_sends_expiry ON tenant_sends (last_at);
CREATE INDEX IF NOT EXISTS tenant_logs_age ON tenant_logs (logged_at);
CREATE INDEX IF NOT EXISTS tenant_refusals_age ON tenant_refusals (logged_at);
