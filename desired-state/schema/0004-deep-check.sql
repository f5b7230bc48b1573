-- What the last deep check of a tenant saw, and which one was asked for last: they differ when that one failed.

ALTER TABLE Ledger ADD COLUMN IF NOT EXISTS deep_check JSON;
ALTER TABLE Ledger ADD COLUMN IF NOT EXISTS deep_check_intent STRING(120);
ALTER TABLE Ledger ADD COLUMN IF NOT EXISTS deep_check_asked_at TIMESTAMP OPTIONS (allow_commit_timestamp = true);
