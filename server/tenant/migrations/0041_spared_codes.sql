-- The last code that did not count in tenant_conversions, as its number had signed in before; until a code is entered.
CREATE TABLE tenant_spared_codes (
    phone_number TEXT PRIMARY KEY,
    sent_at BIGINT NOT NULL
);

CREATE INDEX tenant_spared_codes_expiry ON tenant_spared_codes (sent_at);
