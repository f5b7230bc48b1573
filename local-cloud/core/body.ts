/** Reading request bodies the way Google's JSON front end does: unknown names and wrong types are refused by name. */
import { ApiError } from './errors.ts';
import type { Body, Json } from './store.ts';

/** Throws INVALID_ARGUMENT naming the first field of `body` that is not in `known`. */
export function onlyKnown(body: object, known: readonly string[], at = ''): void {
  const unknown = Object.keys(body).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ApiError(
    'INVALID_ARGUMENT',
    `Invalid JSON payload received. Unknown name "${unknown}"${at ? ` at '${at}'` : ''}: Cannot find field.`,
    { reason: 'badRequest' },
  );
}

/** The field as an object; absent is undefined. Throws INVALID_ARGUMENT when it is something else. */
export function objectField(body: Readonly<Record<string, unknown>>, name: string): Body | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw wrongType(name, 'an object');
  return value;
}

/** The field as text; absent is undefined. Throws INVALID_ARGUMENT when it is something else. */
export function stringField(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrongType(name, 'a string');
  return value;
}

/** The field as a list; absent is empty. Throws INVALID_ARGUMENT when it is something else. */
export function listField(body: Readonly<Record<string, unknown>>, name: string): Json[] {
  const value = body[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrongType(name, 'a list');
  return value as Json[];
}

/** The field as a whole number; int64 may come as text. Absent is undefined. */
export function integerField(body: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) throw wrongType(name, 'a whole number');
  return number;
}

/** The field as seconds, from a protobuf duration such as `600s` or `1.5s`. Absent is undefined. */
export function secondsField(body: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const text = stringField(body, name);
  if (text === undefined) return undefined;
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(text)?.[1];
  if (seconds === undefined) throw wrongType(name, 'a duration such as 600s');
  return Number(seconds);
}

export const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The error for an argument that is there but wrong. */
export const invalid = (message: string): ApiError =>
  new ApiError('INVALID_ARGUMENT', message, { reason: 'invalid' });

const wrongType = (name: string, want: string): ApiError =>
  invalid(`Invalid value at '${name}': want ${want}.`);
