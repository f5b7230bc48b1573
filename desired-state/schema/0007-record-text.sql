-- Records as somebody wrote them, with comments and an order of keys of their own; null: as we would write them.

ALTER TABLE Tenants ADD COLUMN IF NOT EXISTS record_text STRING(MAX);
ALTER TABLE Revisions ADD COLUMN IF NOT EXISTS record_text STRING(MAX);
