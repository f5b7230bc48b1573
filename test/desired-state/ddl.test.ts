/** The DDL both stores know, and the migrations written in it. */
import { describe, expect, it } from 'vitest';
import { parseDdl, parseStatement, splitStatements } from '../../desired-state/ddl.ts';
import { toSqliteDdl } from '../../desired-state/embedded/sqlite-ddl.ts';
import { migrate, migrations, readMigration, tableModel } from '../../desired-state/migrations.ts';
import type { AppliedMigration, Migration } from '../../desired-state/migrations.ts';

const TEXT = `-- a comment; with a semicolon
CREATE TABLE IF NOT EXISTS Things (
  id STRING(36) NOT NULL, -- the key
  size INT64,
  seen TIMESTAMP OPTIONS (allow_commit_timestamp = true),
  detail JSON NOT NULL,
  open BOOL,
  note STRING(MAX),
) PRIMARY KEY (id, size DESC);

CREATE UNIQUE INDEX ThingsBySize ON Things (size DESC, id);
ALTER TABLE Things ADD COLUMN IF NOT EXISTS colour STRING(20);
`;

const parse = (text: string) => parseDdl(splitStatements(text, 'f.sql'));

describe('the DDL reader', () => {
  it('reads tables, keys, indexes and added columns', () => {
    const things = parse(TEXT).get('Things')!;
    expect([...things.columns.values()]).toEqual([
      { name: 'id', type: 'STRING', maxLength: 36, notNull: true, commitTimestamp: false },
      { name: 'size', type: 'INT64', maxLength: null, notNull: false, commitTimestamp: false },
      { name: 'seen', type: 'TIMESTAMP', maxLength: null, notNull: false, commitTimestamp: true },
      { name: 'detail', type: 'JSON', maxLength: null, notNull: true, commitTimestamp: false },
      { name: 'open', type: 'BOOL', maxLength: null, notNull: false, commitTimestamp: false },
      { name: 'note', type: 'STRING', maxLength: null, notNull: false, commitTimestamp: false },
      { name: 'colour', type: 'STRING', maxLength: 20, notNull: false, commitTimestamp: false },
    ]);
    expect(things.key).toEqual([
      { column: 'id', descending: false },
      { column: 'size', descending: true },
    ]);
    expect(things.indexes.get('ThingsBySize')).toMatchObject({ unique: true, table: 'Things' });
  });

  it('says where each statement starts', () => {
    expect(splitStatements(TEXT, 'f.sql').map(({ line }) => line)).toEqual([2, 11, 12]);
  });

  it.each([
    [
      'CREATE TABLE T (\n  a STRING(1),\n  b FLOAT64\n) PRIMARY KEY (a)',
      'f.sql:3: expected one of STRING, INT64',
    ],
    ['CREATE TABLE T (a INT64 DEFAULT (1)) PRIMARY KEY (a)', 'f.sql:1: expected )'],
    ['CREATE TABLE T (a INT64, CHECK (a > 1)) PRIMARY KEY (a)', 'f.sql:1: expected one of'],
    ['CREATE TABLE T (a INT64) PRIMARY KEY (b)', 'instead of b'],
    ['CREATE TABLE T (a INT64)', 'f.sql:1: expected PRIMARY'],
    ['CREATE TABLE T (a INT64) PRIMARY KEY (a), INTERLEAVE IN PARENT P', 'expected the end of the statement'],
    ['CREATE INDEX I ON T (a) STORING (b)', 'expected the end of the statement'],
    ['CREATE INDEX I ON Nowhere (a)', 'f.sql:1: there is no table Nowhere before this'],
    ['DROP TABLE T', 'f.sql:1: expected CREATE near "DROP"'],
    ['CREATE TABLE T (a STRING(0)) PRIMARY KEY (a)', 'a length or MAX'],
    ['CREATE TABLE `T` (a INT64) PRIMARY KEY (a)', 'a name instead of `'],
  ])('refuses %j by file and line', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it("says the same in SQLite's words", () => {
    expect(splitStatements(TEXT, 'f.sql').map(toSqliteDdl)).toEqual([
      'CREATE TABLE IF NOT EXISTS "Things" ("id" TEXT NOT NULL, "size" INTEGER, "seen" TEXT, "detail" TEXT NOT NULL, ' +
        '"open" INTEGER, "note" TEXT, PRIMARY KEY ("id", "size" DESC))',
      'CREATE UNIQUE INDEX IF NOT EXISTS "ThingsBySize" ON "Things" ("size" DESC, "id")',
      'ALTER TABLE "Things" ADD COLUMN "colour" TEXT',
    ]);
  });
});

describe('the migrations', () => {
  it('create the tables of the store', () => {
    expect([...tableModel().keys()].sort()).toEqual([
      'Directives',
      'Executions',
      'FindingHistory',
      'Findings',
      'Ledger',
      'Notifications',
      'Observations',
      'ReportsToWrite',
      'Requests',
      'Revisions',
      'Rollouts',
      'Runs',
      'SchemaMigrations',
      'Tenants',
      'Told',
    ]);
  });

  it('are numbered without a gap, and every statement can run again', () => {
    expect(migrations().map(({ name }) => Number(name.slice(0, 4)))).toEqual(
      migrations().map((_, index) => index + 1),
    );
    for (const statement of migrations().flatMap(({ statements }) => statements)) {
      expect(parseStatement(statement)).toBeDefined();
      expect(statement.sql).toContain('IF NOT EXISTS');
    }
  });

  it('keep their checksum when only a comment or a space changes', () => {
    const one = readMigration('0001-x.sql', 'CREATE TABLE T (a INT64) PRIMARY KEY (a);');
    const other = readMigration('0001-x.sql', '-- why\nCREATE TABLE T (a   INT64)\nPRIMARY KEY (a);\n');
    const third = readMigration('0001-x.sql', 'CREATE TABLE T (b INT64) PRIMARY KEY (b);');
    expect(other.checksum).toBe(one.checksum);
    expect(third.checksum).not.toBe(one.checksum);
  });
});

describe('migrate', () => {
  const known: Migration[] = ['0001-a', '0002-b'].map((name) => ({ name, statements: [], checksum: name }));
  const run = async (applied: readonly AppliedMigration[]) => {
    const done: string[] = [];
    await migrate(
      {
        description: 'somewhere',
        applied: async () => [...applied],
        apply: async ({ name }) => void done.push(name),
      },
      known,
    );
    return done;
  };

  it('applies what is outstanding, in order', async () => {
    expect(await run([])).toEqual(['0001-a', '0002-b']);
    expect(await run([{ name: '0001-a', checksum: '0001-a' }])).toEqual(['0002-b']);
  });

  it('refuses a database that is newer than this code', async () => {
    await expect(run([{ name: '0003-c', checksum: 'x' }])).rejects.toThrow(
      /somewhere has migration 0003-c, which this version of Plumbline does not know: the database is newer/,
    );
  });

  it('refuses a database that was migrated with another text', async () => {
    await expect(run([{ name: '0001-a', checksum: 'x' }])).rejects.toThrow(/migrated with another 0001-a/);
  });
});
