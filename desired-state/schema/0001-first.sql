-- Records, their revisions, and the ledger: what was intended, launched and finished.
-- GoogleSQL; the embedded store reads the same files, so only the types and clauses used here are known to it.
-- IF NOT EXISTS everywhere: DDL is not transactional in Spanner, a migration that was cut short must run again.
-- No CHECK, DEFAULT or generated columns: the emulator makes commits on such tables quadratic in rows.

CREATE TABLE IF NOT EXISTS Tenants (
  name STRING(63) NOT NULL,
  record JSON NOT NULL,
  generation INT64 NOT NULL,
  etag STRING(36) NOT NULL,
  created_at TIMESTAMP NOT NULL OPTIONS (allow_commit_timestamp = true),
  updated_at TIMESTAMP NOT NULL OPTIONS (allow_commit_timestamp = true),
  updated_by STRING(320) NOT NULL,
) PRIMARY KEY (name);

-- Newest first: the latest revision is the first row of a tenant.
CREATE TABLE IF NOT EXISTS Revisions (
  name STRING(63) NOT NULL,
  revision INT64 NOT NULL,
  generation INT64 NOT NULL,
  etag STRING(36) NOT NULL,
  record JSON NOT NULL,
  author STRING(320) NOT NULL,
  reason STRING(MAX) NOT NULL,
  created_at TIMESTAMP NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (name, revision DESC);

CREATE TABLE IF NOT EXISTS Ledger (
  name STRING(63) NOT NULL,
  status STRING(20),
  fence STRING(120),
  request_id STRING(120),
  owner STRING(320),
  namespace STRING(63),
  tf_state_uri STRING(MAX),
  tf_vars_snapshot STRING(MAX),
  cluster STRING(MAX),
  region STRING(40),
  build_id STRING(120),
  kubeconfig_ref STRING(MAX),
  worker_pool STRING(MAX),
  service_endpoint STRING(MAX),
  image_digest STRING(80),
  outputs JSON,
  applied_generation INT64,
  health JSON,
  last_error STRING(MAX),
  updated_at TIMESTAMP OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (name);

CREATE TABLE IF NOT EXISTS Executions (
  name STRING(63) NOT NULL,
  intent STRING(120) NOT NULL,
  generation INT64 NOT NULL,
  flow STRING(20) NOT NULL,
  state STRING(20) NOT NULL,
  workflow STRING(80) NOT NULL,
  execution STRING(MAX),
  revision STRING(40),
  because JSON NOT NULL,
  requester STRING(320) NOT NULL,
  deadline TIMESTAMP NOT NULL,
  error STRING(MAX),
  created_at TIMESTAMP NOT NULL OPTIONS (allow_commit_timestamp = true),
  updated_at TIMESTAMP NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (name, intent);

CREATE INDEX IF NOT EXISTS ExecutionsByState ON Executions (state, name);

CREATE TABLE IF NOT EXISTS Requests (
  name STRING(63) NOT NULL,
  id STRING(36) NOT NULL,
  kind STRING(20) NOT NULL,
  requester STRING(320) NOT NULL,
  state STRING(20) NOT NULL,
  reason STRING(MAX) NOT NULL,
  created_at TIMESTAMP NOT NULL,
) PRIMARY KEY (name, id);

CREATE TABLE IF NOT EXISTS Findings (
  name STRING(63) NOT NULL,
  key STRING(MAX) NOT NULL,
  class STRING(20) NOT NULL,
  first_seen TIMESTAMP NOT NULL,
  detail JSON NOT NULL,
) PRIMARY KEY (name, key);

CREATE TABLE IF NOT EXISTS Runs (
  id STRING(80) NOT NULL,
  started_at TIMESTAMP NOT NULL,
  finished_at TIMESTAMP NOT NULL,
  report JSON NOT NULL,
) PRIMARY KEY (id);

CREATE INDEX IF NOT EXISTS RunsByStart ON Runs (started_at DESC);
