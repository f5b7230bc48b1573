/**
 * `$NAME` and `${NAME}` in a build's fields. Only these two forms are Cloud Build's: `${NAME:-x}`, `$(cmd)` and `$1`
 * pass through untouched, and `$$` is a plain `$`.
 * Source: cloud.google.com/build/docs/configuring-builds/substitute-variable-values; messages as users report them.
 */
import { ApiError } from '../core/errors.ts';
import { MAX_SUBSTITUTION_KEY, MAX_SUBSTITUTION_VALUE_BYTES, MAX_SUBSTITUTIONS } from './limits.ts';
import type { BuildRequest } from './model.ts';

/** Known only to builds that a trigger started; empty in all others, and callers may give them themselves. */
const OVERRIDABLE = [
  ...['TRIGGER_NAME', 'TRIGGER_BUILD_CONFIG_PATH', 'COMMIT_SHA', 'REVISION_ID', 'SHORT_SHA', 'REPO_NAME'],
  ...['REPO_FULL_NAME', 'BRANCH_NAME', 'TAG_NAME', 'REF_NAME'],
];
const USER_KEY = /^_[A-Z0-9_]+$/;
const TEMPLATE = /\$\$|\$\{([A-Z_][A-Z0-9_]*)\}|\$([A-Z_][A-Z0-9_]*)/g;

/** Fields that are not templates: scripts see substitutions only as environment variables. */
const NOT_TEMPLATES = new Set(['script', 'substitutions']);

export interface Substituted {
  readonly build: BuildRequest;
  /** Every substitution with its value: what `automapSubstitutions` puts into a step's environment. */
  readonly values: Readonly<Record<string, string>>;
}

/** Replaces them all. Throws INVALID_ARGUMENT for bad keys and, unless ALLOW_LOOSE, for keys that do not match up. */
export function substitute(build: BuildRequest, builtIn: Readonly<Record<string, string>>): Substituted {
  checkKeys(build.substitutions);
  const loose = build.options.substitutionOption === 'ALLOW_LOOSE';
  const given: Record<string, string> = {
    ...Object.fromEntries(OVERRIDABLE.map((key) => [key, ''])),
    ...builtIn,
    ...build.substitutions,
  };
  const used = new Set<string>();
  const problems: string[] = [];
  const values = build.options.dynamicSubstitutions ? resolved(given, used) : given;
  const replace = (text: string): string =>
    text.replace(TEMPLATE, (found, braced?: string, bare?: string) => {
      if (found === '$$') return '$';
      const key = braced ?? bare ?? '';
      used.add(key);
      const value = values[key];
      if (value !== undefined) return value;
      problems.push(
        key.startsWith('_')
          ? `key in the template "${key}" is not matched in the substitution data`
          : `key in the template "${key}" is not a valid built-in substitution`,
      );
      return '';
    });
  const done = eachText(build, replace) as BuildRequest;
  if (!loose && !automaps(build)) {
    for (const key of Object.keys(build.substitutions)) {
      if (!used.has(key))
        problems.push(`key "${key}" in the substitution data is not matched in the template`);
    }
  }
  if (!loose && problems.length > 0) {
    const found = [...new Set(problems)].join(';');
    throw new ApiError('INVALID_ARGUMENT', `invalid value for 'build.substitutions': ${found}`);
  }
  return { build: done, values };
}

/** With automapping every key is used: it becomes an environment variable. */
const automaps = (build: BuildRequest): boolean =>
  build.options.automapSubstitutions === true ||
  build.steps.some((step) => step.automapSubstitutions === true);

function checkKeys(substitutions: Readonly<Record<string, string>>): void {
  const entries = Object.entries(substitutions);
  if (entries.length > MAX_SUBSTITUTIONS) {
    throw invalidField(`number of substitutions ${entries.length} exceeds ${MAX_SUBSTITUTIONS}`);
  }
  for (const [key, value] of entries) {
    if (!USER_KEY.test(key) && !OVERRIDABLE.includes(key)) {
      throw invalidField(
        `substitution key "${key}" does not respect format "^_[A-Z0-9_]+$" and is not an overridable built-in substitutions`,
      );
    }
    if (key.length > MAX_SUBSTITUTION_KEY) {
      throw invalidField(`substitution key "${key}" too long (max: ${MAX_SUBSTITUTION_KEY})`);
    }
    if (Buffer.byteLength(value) > MAX_SUBSTITUTION_VALUE_BYTES) {
      throw invalidField(`substitution value for "${key}" too long (max: ${MAX_SUBSTITUTION_VALUE_BYTES})`);
    }
  }
}

const invalidField = (why: string): ApiError =>
  new ApiError('INVALID_ARGUMENT', `invalid build: invalid .substitutions field: ${why}`);

/** With `dynamicSubstitutions` values may name other substitutions. A circle is refused. */
function resolved(given: Readonly<Record<string, string>>, used: Set<string>): Record<string, string> {
  const done: Record<string, string> = {};
  const resolve = (key: string, path: readonly string[]): string => {
    if (path.includes(key)) {
      throw new ApiError('INVALID_ARGUMENT', `substitution cycle: ${[...path, key].join(' -> ')}`);
    }
    const value = (given[key] ?? '').replace(TEMPLATE, (found, braced?: string, bare?: string) => {
      const other = braced ?? bare;
      if (other === undefined || !(other in given)) return found;
      used.add(other);
      return resolve(other, [...path, key]);
    });
    done[key] = value;
    return value;
  };
  for (const key of Object.keys(given)) resolve(key, []);
  return done;
}

function eachText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => eachText(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, NOT_TEMPLATES.has(key) ? item : eachText(item, change)]),
  );
}
