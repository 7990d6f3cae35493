-- What the messages of a day cost, in millionths of the provider's currency: by country, and in all for the country `*`.
CREATE TABLE tenant_spending (
    connection TEXT NOT NULL,
    country TEXT NOT NULL,
    -- The beginning of the day, UTC.
    day BIGINT NOT NULL,
    spent BIGINT NOT NULL,
    PRIMARY KEY (connection, country, day)
);

CREATE INDEX tenant_spending_expiry ON tenant_spending (day);
