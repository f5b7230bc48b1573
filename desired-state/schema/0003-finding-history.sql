-- What is known of a difference beyond the time it is there: when it was last seen gone, and the runs that put it right.

CREATE TABLE IF NOT EXISTS FindingHistory (
  name STRING(63) NOT NULL,
  key STRING(MAX) NOT NULL,
  last_clean TIMESTAMP,
  corrections JSON NOT NULL,
  writer STRING(MAX),
  contested_since TIMESTAMP,
  contested_times INT64,
) PRIMARY KEY (name, key);

-- Whom a run looked at, so that "not there at that time" can be said of whoever it looked at and found nothing of.
ALTER TABLE Runs ADD COLUMN IF NOT EXISTS looked JSON;
