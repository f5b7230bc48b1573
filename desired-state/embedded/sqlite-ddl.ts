/** Our migrations' DDL in SQLite's words. */
import { parseStatement } from '../ddl.ts';
import type { Column, Statement } from '../ddl.ts';
import { orderBy } from './key-sql.ts';

const TYPES: Readonly<Record<Column['type'], string>> = {
  STRING: 'TEXT',
  INT64: 'INTEGER',
  TIMESTAMP: 'TEXT',
  JSON: 'TEXT',
  BOOL: 'INTEGER',
};

/** One statement of SQLite; safe to repeat where the original is. */
export function toSqliteDdl(statement: Statement): string {
  const change = parseStatement(statement);
  switch (change.kind) {
    case 'table': {
      const { name, columns, key } = change.table;
      const lines = [...columns.values()].map(columnSql);
      // Not WITHOUT ROWID: there a search reads every row it passes, to its end, and rows with JSON in them are long.
      return `CREATE TABLE IF NOT EXISTS "${name}" (${lines.join(', ')}, PRIMARY KEY (${orderBy(key)}))`;
    }
    case 'index': {
      const { name, table, unique, key } = change.index;
      return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX IF NOT EXISTS "${name}" ON "${table}" (${orderBy(key)})`;
    }
    case 'column':
      return `ALTER TABLE "${change.table}" ADD COLUMN ${columnSql(change.column)}`;
  }
}

const columnSql = ({ name, type, notNull }: Column): string =>
  `"${name}" ${TYPES[type]}${notNull ? ' NOT NULL' : ''}`;
