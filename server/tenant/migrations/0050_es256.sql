-- The algorithm of a retired key; of ES256, modulus and exponent are the coordinates x and y. In tenant_signing_keys the
-- slots of ES256 are es256_current and es256_next.
ALTER TABLE tenant_retired_keys ADD COLUMN alg TEXT NOT NULL DEFAULT 'RS256';
