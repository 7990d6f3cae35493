-- Users whose sessions at applications are to end: all of them, or where `sid` is not empty those of one session.
CREATE TABLE tenant_logouts (
    user_id TEXT NOT NULL,
    sid TEXT NOT NULL,
    PRIMARY KEY (user_id, sid)
);

-- Who has to be told so, and has not confirmed it.
CREATE TABLE tenant_logout_deliveries (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    sid TEXT NOT NULL,
    client_id TEXT NOT NULL,
    url TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL
);

CREATE INDEX tenant_logout_deliveries_due ON tenant_logout_deliveries (due_at);
