/** From a Workflow in a request to the fields we keep: each is checked, and written as the service reads it back. */
import type { Body } from '../../core/store.ts';
import { defaultServiceAccount } from '../engine/executions.ts';
import {
  MAX_DESCRIPTION_CHARS,
  MAX_SOURCE_BYTES,
  MAX_USER_ENV_BYTES,
  MAX_USER_ENV_VARS,
} from '../lang/limits.ts';
import { CALL_LOG_LEVELS, enumOf, HISTORY_LEVELS, invalid, labelsOf, textMap } from './fields.ts';

export interface Owner {
  readonly project: string;
  readonly projectNumber: string;
}

type Reader = (value: unknown, owner: Owner) => Body[string] | undefined;

function description(value: unknown): string | undefined {
  const text = optionalText(value, 'description');
  if (text !== undefined && Array.from(text).length > MAX_DESCRIPTION_CHARS) {
    throw invalid(`description is longer than ${MAX_DESCRIPTION_CHARS} characters`);
  }
  return text;
}

function sourceContents(value: unknown): string | undefined {
  const text = optionalText(value, 'sourceContents');
  if (text !== undefined && Buffer.byteLength(text) > MAX_SOURCE_BYTES) {
    throw invalid(`sourceContents is larger than ${MAX_SOURCE_BYTES} bytes`);
  }
  return text;
}

/** An email or any full name of the account; `-` stands for the account's own project. */
function serviceAccount(value: unknown, { project, projectNumber }: Owner): string {
  const text = optionalText(value, 'serviceAccount') ?? '';
  const email = text.slice(text.lastIndexOf('/') + 1) || defaultServiceAccount(projectNumber);
  if (!email.includes('@')) throw invalid(`serviceAccount '${text}' is not an email or a full account name`);
  const named = /^projects\/([^/]+)\/serviceAccounts\//.exec(text)?.[1] ?? '-';
  return `projects/${named === '-' ? project : named}/serviceAccounts/${email}`;
}

function userEnvVars(value: unknown): Record<string, string> | undefined {
  const vars = textMap(value, 'userEnvVars');
  const entries = Object.entries(vars);
  if (entries.length > MAX_USER_ENV_VARS)
    throw invalid(`userEnvVars has more than ${MAX_USER_ENV_VARS} entries`);
  for (const [key, text] of entries) {
    if (key === '' || key.startsWith('GOOGLE') || key.startsWith('WORKFLOWS')) {
      throw invalid(`userEnvVars key '${key}' must not be empty or start with GOOGLE or WORKFLOWS`);
    }
    if (Buffer.byteLength(text) > MAX_USER_ENV_BYTES)
      throw invalid(`userEnvVars['${key}'] is larger than 4 KiB`);
  }
  return entries.length === 0 ? undefined : vars;
}

function optionalText(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw invalid(`${field} must be a string`);
  return value;
}

/** Fields a client may set. `tags` is input only and changes nothing that can be read. */
const READERS: Readonly<Record<string, Reader>> = {
  description,
  sourceContents,
  serviceAccount,
  userEnvVars,
  labels: (value) => {
    const labels = labelsOf(value);
    return Object.keys(labels).length === 0 ? undefined : labels;
  },
  callLogLevel: (value) => enumOf(value, CALL_LOG_LEVELS, 'callLogLevel'),
  executionHistoryLevel: (value) => enumOf(value, HISTORY_LEVELS, 'executionHistoryLevel'),
  cryptoKeyName: (value) => optionalText(value, 'cryptoKeyName'),
};

const camel = (name: string): string =>
  name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());

/** The fields of a new workflow. Throws INVALID_ARGUMENT. */
export const newFields = (request: Record<string, unknown>, owner: Owner): Body =>
  read(Object.keys(READERS), request, owner);

/** The fields a mask names (snake or camel case), or all of them without one; a field left empty is unset. */
export function changedFields(
  request: Record<string, unknown>,
  mask: string | null,
  owner: Owner,
): { set: Body; unset: string[] } {
  const names =
    mask === null || mask === '' || mask === '*' ? Object.keys(READERS) : mask.split(',').map(camel);
  const unknown = names.find((name) => READERS[name] === undefined);
  if (unknown !== undefined) throw invalid(`updateMask names the unknown field '${unknown}'`);
  const set = read(names, request, owner);
  return { set, unset: names.filter((name) => set[name] === undefined) };
}

function read(names: readonly string[], request: Record<string, unknown>, owner: Owner): Body {
  const byCamel = new Map(Object.entries(request).map(([name, value]) => [camel(name), value]));
  const body: Body = {};
  for (const name of names) {
    const value = READERS[name]?.(byCamel.get(name), owner);
    if (value !== undefined) body[name] = value;
  }
  return body;
}
