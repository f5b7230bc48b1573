-- What people ordered beside the records: pauses, exceptions, approvals, overrides, break-glass.

-- `name` is a tenant, or '*' for the whole fleet.
CREATE TABLE IF NOT EXISTS Directives (
  name STRING(63) NOT NULL,
  id STRING(36) NOT NULL,
  kind STRING(20) NOT NULL,
  actor STRING(320) NOT NULL,
  reason STRING(MAX) NOT NULL,
  detail JSON NOT NULL,
  uses INT64 NOT NULL,
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP,
  ended_by STRING(320),
) PRIMARY KEY (name, id);
