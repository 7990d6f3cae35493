-- The session at the tenant that a session began with, by which the tenant ends it.
ALTER TABLE sessions ADD COLUMN sid TEXT;

CREATE INDEX sessions_sid ON sessions (sid);
