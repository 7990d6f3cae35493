-- Codes to numbers that have not signed in, by prefix and in slots of ten minutes, which begin at `slot`. Of the prefix `*`,
-- which all numbers have, messages are counted; of others, people.
CREATE TABLE tenant_conversions (
    prefix TEXT NOT NULL,
    slot BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    -- Of those sent; a code counts in the slot in which it was sent.
    entered BIGINT NOT NULL,
    -- Sign-ins of numbers that had signed in before, which are not among those sent.
    known BIGINT NOT NULL,
    PRIMARY KEY (prefix, slot)
);

CREATE INDEX tenant_conversions_expiry ON tenant_conversions (slot);

-- Numbers that were sent codes and have entered none yet: how many, and the slot that they count in.
CREATE TABLE tenant_new_numbers (
    phone_number TEXT PRIMARY KEY,
    slot BIGINT NOT NULL,
    sent BIGINT NOT NULL
);

CREATE INDEX tenant_new_numbers_expiry ON tenant_new_numbers (slot);

-- Alarms that were given; until then they are not given again.
CREATE TABLE tenant_alarms (
    name TEXT PRIMARY KEY,
    until BIGINT NOT NULL
);

CREATE INDEX tenant_alarms_expiry ON tenant_alarms (until);
