-- What the last look at each tenant saw and led to, so that a pass reads bodies only of what has moved since.

CREATE TABLE IF NOT EXISTS Observations (
  name STRING(63) NOT NULL,
  run STRING(80) NOT NULL,
  pass INT64 NOT NULL,
  looked_at TIMESTAMP NOT NULL,
  etag STRING(36) NOT NULL,
  project STRING(MAX),
  basis STRING(40) NOT NULL,
  assets STRING(40),
  objects STRING(40) NOT NULL,
  cluster JSON,
  rests_until TIMESTAMP,
  open STRING(40) NOT NULL,
  signature STRING(40) NOT NULL,
  verdict STRING(20) NOT NULL,
  quiet BOOL NOT NULL,
  report JSON NOT NULL,
) PRIMARY KEY (name);
