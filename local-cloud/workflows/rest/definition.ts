/** From a Workflow in a request to the fields we keep: each is checked, and written as the service reads it back. */
import type { Body } from '../../core/store.ts';
import { defaultServiceAccount } from '../engine/executions.ts';
import {
  MAX_DESCRIPTION_CHARS,
  MAX_SOURCE_BYTES,
  MAX_USER_ENV_BYTES,
  MAX_USER_ENV_VARS,
} from '../lang/limits.ts';
import {
  CALL_LOG_LEVELS,
  camel,
  enumOf,
  HISTORY_LEVELS,
  invalid,
  knownFields,
  labelsOf,
  textMap,
} from './fields.ts';

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

const ACCOUNT = /^(?:projects\/([^/]+)\/serviceAccounts\/)?([^/@]+@[^/@]+|\d+)$/;
const ACCOUNT_PROJECT = /@([^.]+)\.iam\.gserviceaccount\.com$/;

/** An email or unique id, alone or in a full name; no project, or `-`, stands for the account's own. Assumed: read back in full. */
function serviceAccount(value: unknown, { project, projectNumber }: Owner): string {
  const text = optionalText(value, 'serviceAccount') ?? defaultServiceAccount(projectNumber);
  const [, named = '-', account] = ACCOUNT.exec(text) ?? [];
  if (account === undefined) throw invalid(`serviceAccount '${text}' is not an email or a full account name`);
  const own = ACCOUNT_PROJECT.exec(account)?.[1] ?? project;
  return `projects/${named === '-' ? own : named}/serviceAccounts/${account}`;
}

const CRYPTO_KEY = /^(?:projects\/([^/]+)\/)?(locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+)$/;

/** Nothing is encrypted here, but a name no key can have must not pass. */
function cryptoKeyName(value: unknown, { project }: Owner): string | undefined {
  const text = optionalText(value, 'cryptoKeyName');
  if (text === undefined) return undefined;
  const [, named = '-', key] = CRYPTO_KEY.exec(text) ?? [];
  if (key !== undefined) return `projects/${named === '-' ? project : named}/${key}`;
  throw invalid(`cryptoKeyName '${text}' is not projects/P/locations/L/keyRings/R/cryptoKeys/K`);
}

const TAG_KEY = /^(tagKeys\/\d+|[^/]+\/[^/]+)$/;

/** Tags are bound when the workflow is made, and cannot be read here afterwards: checked and dropped. */
function checkTags(value: unknown): void {
  for (const key of Object.keys(textMap(value, 'tags'))) {
    if (!TAG_KEY.test(key)) throw invalid(`tags key '${key}' is not tagKeys/ID or PARENT/KEY`);
  }
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
    if (Buffer.byteLength(text) > MAX_USER_ENV_BYTES || Buffer.byteLength(key) > MAX_USER_ENV_BYTES)
      throw invalid(`userEnvVars['${key}'] is larger than 4 KiB`);
  }
  return entries.length === 0 ? undefined : vars;
}

function optionalText(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw invalid(`${field} must be a string`);
  return value;
}

/** Fields a client may set and read back. */
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
  cryptoKeyName,
};

/** Fields of the resource that only the service sets; clients may send them back and they change nothing. */
const OUTPUT_ONLY = [
  ...['name', 'state', 'revisionId', 'createTime', 'updateTime', 'revisionCreateTime', 'stateError'],
  ...['allKmsKeys', 'allKmsKeysVersions', 'cryptoKeyVersion'],
];

const fieldsOf = (request: Record<string, unknown>): Record<string, unknown> =>
  knownFields(request, [...Object.keys(READERS), ...OUTPUT_ONLY, 'tags']);

/** The fields of a new workflow. Throws INVALID_ARGUMENT. */
export function newFields(request: Record<string, unknown>, owner: Owner): Body {
  const fields = fieldsOf(request);
  checkTags(fields['tags']);
  return read(Object.keys(READERS), fields, owner);
}

/** The fields a mask names (snake or camel case), or all of them without one; a field left empty is unset. */
export function changedFields(
  request: Record<string, unknown>,
  mask: string | null,
  owner: Owner,
): { set: Body; unset: string[] } {
  const names =
    mask === null || mask === '' || mask === '*' ? Object.keys(READERS) : mask.split(',').map(camel);
  if (names.includes('tags')) throw invalid('tags are immutable');
  const unknown = names.find((name) => READERS[name] === undefined);
  if (unknown !== undefined) throw invalid(`updateMask names the unknown field '${unknown}'`);
  const set = read(names, fieldsOf(request), owner);
  return { set, unset: names.filter((name) => set[name] === undefined) };
}

function read(names: readonly string[], fields: Record<string, unknown>, owner: Owner): Body {
  const body: Body = {};
  for (const name of names) {
    const value = READERS[name]?.(fields[name], owner);
    if (value !== undefined) body[name] = value;
  }
  return body;
}
