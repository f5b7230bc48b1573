-- Rollouts: a change of one field over many records, in waves. One row each, compared and set by its version.

CREATE TABLE IF NOT EXISTS Rollouts (
  name STRING(63) NOT NULL,
  version INT64 NOT NULL,
  state STRING(20) NOT NULL,
  rollout JSON NOT NULL,
  updated_at TIMESTAMP NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (name);

CREATE INDEX IF NOT EXISTS RolloutsByState ON Rollouts (state, name);

-- What the breaker of later passes compares with, to be read without whole reports; null in runs from before.
ALTER TABLE Runs ADD COLUMN IF NOT EXISTS census JSON;
