/** Checks of request fields that both services share. Limits are from the proto comments. */
import { onlyKnown } from '../../core/body.ts';
import { ApiError } from '../../core/errors.ts';
import { MAX_LABEL_CHARS, MAX_LABELS } from '../lang/limits.ts';

/** Request fields by their camel-case names; snake case is taken too. Throws INVALID_ARGUMENT for unknown ones. */
export function knownFields(
  request: Record<string, unknown>,
  known: readonly string[],
): Record<string, unknown> {
  const fields = Object.fromEntries(Object.entries(request).map(([name, value]) => [camel(name), value]));
  onlyKnown(fields, known);
  return fields;
}

export const camel = (name: string): string =>
  name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());

export const invalid = (message: string): ApiError => new ApiError('INVALID_ARGUMENT', message);

/** gax sends enums as numbers, everybody else as names. `names[0]` is the "unspecified" value. */
export function enumOf(value: unknown, names: readonly string[], field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  const name = typeof number === 'number' ? names[number] : number;
  if (typeof name !== 'string' || !names.includes(name)) {
    throw invalid(`Invalid value for ${field}: ${JSON.stringify(value)}; known: ${names.join(', ')}`);
  }
  return name === names[0] ? undefined : name;
}

export const CALL_LOG_LEVELS = ['CALL_LOG_LEVEL_UNSPECIFIED', 'LOG_ALL_CALLS', 'LOG_ERRORS_ONLY', 'LOG_NONE'];
export const HISTORY_LEVELS = [
  'EXECUTION_HISTORY_LEVEL_UNSPECIFIED',
  'EXECUTION_HISTORY_BASIC',
  'EXECUTION_HISTORY_DETAILED',
];

export function textMap(value: unknown, field: string): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid(`${field} must be a map of strings`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw invalid(`${field}["${key}"] must be a string`);
  }
  return value as Record<string, string>;
}

/** Lower-case letters (international ones too), digits, `_` and `-`; keys start with a letter. */
const LABEL_KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]*$/u;
const LABEL_VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]*$/u;

export function labelsOf(value: unknown): Record<string, string> {
  const labels = textMap(value, 'labels');
  const entries = Object.entries(labels);
  if (entries.length > MAX_LABELS)
    throw invalid(`there are ${entries.length} labels, the maximum is ${MAX_LABELS}`);
  for (const [key, text] of entries) {
    if (key.length > MAX_LABEL_CHARS || !LABEL_KEY.test(key)) throw invalid(`label key '${key}' is invalid`);
    if (text.length > MAX_LABEL_CHARS || !LABEL_VALUE.test(text)) {
      throw invalid(`value '${text}' of label '${key}' is invalid`);
    }
  }
  return labels;
}
