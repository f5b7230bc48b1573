/** Typed looks into a row. The database has checked the types; a wrong one here is a bug, and says so. */
import type { Json } from '../../reconciler/model.ts';
import type { Row } from './rows.ts';

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`column ${column} holds no text`);
  return value;
}

export function maybeText(row: Row, column: string): string | null {
  return row[column] == null ? null : text(row, column);
}

export function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`column ${column} holds no number`);
  return value;
}

export function maybeInteger(row: Row, column: string): number | null {
  return row[column] == null ? null : integer(row, column);
}

export const json = (row: Row, column: string): Json => row[column] ?? null;
