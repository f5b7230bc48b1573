/** Wire values in and out of SQLite, checked as Spanner checks them. */
import { trimTimestamp } from '../tables/timestamp.ts';
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { Json } from '../../reconciler/model.ts';
import { canonicalJson } from '../canonical.ts';
import type { Column } from '../ddl.ts';
import { COMMIT_TIMESTAMP, TableError } from '../tables/engine.ts';
import type { Wire } from '../tables/engine.ts';

/** Characters of a STRING(MAX), https://cloud.google.com/spanner/quotas. */
const MAX_CHARACTERS = 2_621_440;

const INT64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n };

/** `2026-01-02T03:04:05[.up to nine digits]Z` */
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

/**
 * The SQLite value of a wire value. Throws TableError FAILED_PRECONDITION, the code Spanner uses, for a value that does
 * not fit its column. `unknown`, since the REST facade hands in whatever a client sent.
 */
export function toSqlite(table: string, column: Column, value: unknown, commitTime: string): SQLInputValue {
  if (value === null || value === undefined) {
    if (!column.notNull) return null;
    throw refused(`Cannot specify a null value for column: ${table}.${column.name} in table: ${table}`);
  }
  switch (column.type) {
    case 'BOOL':
      if (typeof value === 'boolean') return value ? 1 : 0;
      break;
    case 'STRING':
      if (typeof value === 'string') return checkLength(table, column, value);
      break;
    case 'INT64':
      if (typeof value === 'string') return toInteger(value);
      break;
    case 'JSON':
      if (typeof value === 'string') return toJsonText(value);
      break;
    case 'TIMESTAMP':
      if (value === COMMIT_TIMESTAMP) return toStamp(table, column, commitTime);
      if (typeof value === 'string') return padTimestamp(checkPast(column, value, commitTime));
      break;
  }
  throw refused(`Could not parse ${JSON.stringify(value)} as ${column.type}`);
}

/** The wire value of what SQLite holds; integers must have been read as bigint. */
export function fromSqlite(column: Column, value: SQLOutputValue): Wire {
  if (value === null) return null;
  switch (column.type) {
    case 'BOOL':
      return value === 1n;
    case 'TIMESTAMP':
      return trimTimestamp(String(value));
    default:
      return String(value);
  }
}

/** Nine digits, so that text order is time order: SQLite has no timestamps. */
function padTimestamp(text: string): string {
  const [, seconds, fraction = ''] = TIMESTAMP.exec(text) ?? [];
  if (seconds === undefined || Number.isNaN(Date.parse(`${seconds}Z`))) {
    throw refused(
      `Could not parse ${text} as a TIMESTAMP. The timestamp value must end with an uppercase literal 'Z' to specify ` +
        'Zulu time (UTC-0).',
    );
  }
  return `${seconds}.${fraction.padEnd(9, '0')}Z`;
}

function toStamp(table: string, column: Column, commitTime: string): string {
  if (column.commitTimestamp) return padTimestamp(commitTime);
  throw refused(
    `Cannot write commit timestamp because the allow_commit_timestamp column option is not set to true for column ` +
      `${table}.${column.name}`,
  );
}

/** A commit-timestamp column never runs ahead: readers take it for the order of commits. */
function checkPast(column: Column, text: string, commitTime: string): string {
  if (column.commitTimestamp && padTimestamp(text) > padTimestamp(commitTime)) {
    throw refused(`Cannot write timestamps in the future, found: ${text}`);
  }
  return text;
}

function checkLength(table: string, column: Column, value: string): string {
  const limit = column.maxLength ?? MAX_CHARACTERS;
  // Code units are at least as many as characters: most values need no counting.
  const size = value.length <= limit ? value.length : Array.from(value).length;
  if (size <= limit) return value;
  throw refused(
    `New value exceeds the maximum size limit for this column: ${table}.${column.name}, size: ${size}, limit: ${limit}.`,
  );
}

function toInteger(text: string): bigint {
  if (!/^-?\d{1,19}$/.test(text)) throw refused(`Could not parse ${text} as an integer`);
  const value = BigInt(text);
  if (value < INT64.least || value > INT64.most) throw refused(`Could not parse ${text} as an integer`);
  return value;
}

function toJsonText(text: string): string {
  try {
    return canonicalJson(JSON.parse(text) as Json);
  } catch {
    throw refused(`Could not parse ${text.slice(0, 100)} as a JSON.`);
  }
}

const refused = (message: string): TableError => new TableError('FAILED_PRECONDITION', message);
