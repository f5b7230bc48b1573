-- What people have been told, so that they are told it once, and what is on its way to them.

-- `name` is a tenant, or '*' for the whole fleet; `place` says what of it.
CREATE TABLE IF NOT EXISTS Told (
  name STRING(63) NOT NULL,
  place STRING(MAX) NOT NULL,
  detail JSON NOT NULL,
) PRIMARY KEY (name, place);

-- The outbox. Until `not_before` nobody takes the message: it has just been tried, or somebody is sending it.
CREATE TABLE IF NOT EXISTS Notifications (
  id STRING(64) NOT NULL,
  target STRING(63) NOT NULL,
  state STRING(20) NOT NULL,
  message JSON NOT NULL,
  created_at TIMESTAMP NOT NULL,
  not_before TIMESTAMP NOT NULL,
  attempts INT64 NOT NULL,
  lease STRING(80),
  last_error STRING(MAX),
  ended_at TIMESTAMP,
) PRIMARY KEY (id);

CREATE INDEX IF NOT EXISTS NotificationsByState ON Notifications (state, not_before);

-- Runs whose report has yet to be written to the bucket.
CREATE TABLE IF NOT EXISTS ReportsToWrite (
  run STRING(80) NOT NULL,
  since TIMESTAMP NOT NULL,
) PRIMARY KEY (run);
