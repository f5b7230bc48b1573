/** What the client makes of a value, back in the words of the wire. */
import { trimTimestamp } from '../tables/timestamp.ts';
import type { ColumnType } from '../ddl.ts';
import type { Wire } from '../tables/engine.ts';

/** `value` as the client decoded it: INT64 as its Int, TIMESTAMP as its PreciseDate, JSON parsed. */
export function fromClient(type: ColumnType, value: unknown): Wire {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'BOOL':
      return value === true;
    case 'JSON':
      return JSON.stringify(value);
    case 'TIMESTAMP':
      // PreciseDate writes nine digits always.
      return value instanceof Date ? trimTimestamp(value.toISOString()) : textOf(value);
    case 'INT64':
      // The client's Int keeps the digits as text, whatever their number.
      return typeof value === 'object' && 'value' in value ? textOf(value.value) : textOf(value);
    case 'STRING':
      return textOf(value);
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
