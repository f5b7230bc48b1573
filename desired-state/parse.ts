/**
 * From a value someone wrote to a record the program can use. All problems are found at once, each with its path and
 * its cure; nothing here throws, whatever the value is.
 */
import type { Json } from '../reconciler/model.ts';
import { explain } from './explain.ts';
import { schemaAt } from './json-schema.ts';
import type { SchemaNode } from './json-schema.ts';
import { asJson, describeValue, isObject, problem, quote } from './problems.ts';
import type { Path, Problem } from './problems.ts';
import { RULES } from './rules.ts';
import { tenantSchema } from './tenant.ts';
import type { Tenant } from './tenant.ts';

export type ParseResult =
  | {
      readonly ok: true;
      readonly tenant: Tenant;
      /** What was written, without what the system adds, its keys in the schema's order: what a store keeps. */
      readonly written: Json;
      /** The etag the record was read with; undefined when it carries none. */
      readonly etag: string | undefined;
      readonly warnings: readonly Problem[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/** The record's problems, and how many more there were: nobody reads the two-hundredth. */
const MAX_PROBLEMS = 100;
/** Records are flat; a document deeper than this is an attack or an accident (Spanner's JSON stops at 80). */
const MAX_DEPTH = 32;
/** Values in one document; the largest honest record has a few hundred. */
const MAX_VALUES = 20_000;

/** What is wrong with text that JSON can hold and UTF-8 cannot, and the cure. */
const HALF = ['holds half a character', 'write it as valid Unicode text'] as const;

/** Set by the system and shown by `get`; accepted on input, so that what was read can be edited and applied. */
export const SYSTEM_METADATA: readonly string[] = [
  'generation',
  'etag',
  'createdAt',
  'updatedAt',
  'updatedBy',
];

/** Reads a record: structure, rules across fields, defaults. `value` is anything, usually parsed YAML or JSON. */
export function parseTenant(value: unknown): ParseResult {
  const unfit = checkJson(value);
  if (unfit.length > 0) return { ok: false, problems: unfit, warnings: [] };

  const { record, etag, problems, warnings } = takeOffSystemFields(value);
  const parsed = tenantSchema.safeParse(record);
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => explain(record, issue)));
  for (const rule of RULES) {
    (rule.severity === 'error' ? problems : warnings).push(...rule.check(record));
  }
  if (parsed.success && problems.length === 0) {
    return { ok: true, tenant: parsed.data, written: inSchemaOrder(asJson(record)), etag, warnings };
  }
  return { ok: false, problems: capped(record, inReadingOrder(problems)), warnings };
}

/** The same record with the keys the schema knows in the schema's order; databases do not keep the order of keys. */
export function inSchemaOrder(value: Json): Json {
  return ordered(value, schemaAt([]));
}

/** What JSON cannot hold, and what no record needs: found before zod sees it, since zod skips `__proto__`. */
function checkJson(value: unknown): Problem[] {
  if (!isObject(value)) {
    return [
      problem(
        value,
        [],
        `is ${describeValue(value)}, not a record`,
        'start with apiVersion, kind, metadata and spec',
      ),
    ];
  }
  const problems: Problem[] = [];
  const stack: { readonly at: Path; readonly here: unknown }[] = [{ at: [], here: value }];
  let seen = 0;
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { at, here } = next;
    seen += 1;
    if (seen > MAX_VALUES) {
      return [
        problem(value, [], `holds more than ${MAX_VALUES} values`, 'remove what does not belong in a record'),
      ];
    }
    if (at.length > MAX_DEPTH) {
      return [problem(value, at, `is nested ${MAX_DEPTH} levels deep`, 'remove it: no field is that deep')];
    }
    if (typeof here === 'object' && here !== null) {
      const keys: (string | number)[] = Array.isArray(here) ? [...here.keys()] : Object.keys(here);
      if (keys.length > MAX_VALUES) {
        return [problem(value, at, `holds ${keys.length} values`, 'remove what does not belong in a record')];
      }
      for (const key of keys) {
        if (key === '__proto__') {
          problems.push(problem(value, [...at, key], 'is not a key that can be used', 'remove it', true));
        } else if (typeof key === 'string' && !key.isWellFormed()) {
          problems.push(problem(value, [...at, key], ...HALF, true));
        } else {
          stack.push({ at: [...at, key], here: (here as Readonly<Record<string | number, unknown>>)[key] });
        }
      }
    } else if (typeof here === 'string' && !here.isWellFormed()) {
      problems.push(problem(value, at, ...HALF));
    }
  }
  return capped(value, problems);
}

/** Takes `status` and the metadata `get` shows off the record. */
function takeOffSystemFields(value: unknown) {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  let etag: string | undefined;
  if (!isObject(value)) return { record: value, etag, problems, warnings };
  const { status, metadata, ...record } = value;
  if (status !== undefined) {
    warnings.push(
      problem(value, ['status'], 'is ignored', 'remove it: status is written by Plumbline', true),
    );
  }
  if (!isObject(metadata)) {
    return { record: 'metadata' in value ? { ...record, metadata } : record, etag, problems, warnings };
  }
  const written = metadata['etag'];
  if (typeof written === 'string' && written !== '') etag = written;
  else if (Object.hasOwn(metadata, 'etag')) {
    problems.push(
      problem(
        value,
        ['metadata', 'etag'],
        `is ${describeValue(written)}, but must be the text that get showed`,
        'remove it to apply whatever is stored, or get the record again',
      ),
    );
  }
  const ours = Object.entries(metadata).filter(([key]) => !SYSTEM_METADATA.includes(key));
  return { record: { ...record, metadata: Object.fromEntries(ours) }, etag, problems, warnings };
}

function ordered(value: Json, schema: SchemaNode | undefined): Json {
  if (Array.isArray(value)) {
    return (value as readonly Json[]).map((item) => ordered(item, schema?.items));
  }
  if (!isObject(value)) return value;
  const properties = schema?.properties ?? {};
  const known = Object.keys(properties).filter((key) => Object.hasOwn(value, key));
  // Keys of maps (labels) come in their own order, so that two stores show one record alike.
  const rest = Object.keys(value)
    .filter((key) => !Object.hasOwn(properties, key))
    .sort();
  return Object.fromEntries(
    [...known, ...rest].map((key) => [key, ordered(asJson(value[key]), properties[key])]),
  );
}

/** In the order of the schema, which is the order people write and read a record in. */
function inReadingOrder(problems: readonly Problem[]): Problem[] {
  const rank = ({ at }: Problem): number[] =>
    at.map((step, depth) => {
      if (typeof step === 'number') return step;
      const index = Object.keys(schemaAt(at.slice(0, depth))?.properties ?? {}).indexOf(step);
      return index === -1 ? Number.MAX_SAFE_INTEGER : index;
    });
  return problems
    .map((found) => ({ found, rank: rank(found) }))
    .sort((one, other) => {
      for (const [depth, place] of one.rank.entries()) {
        const difference = place - (other.rank[depth] ?? -1);
        if (difference !== 0) return difference;
      }
      return one.rank.length - other.rank.length;
    })
    .map(({ found }) => found);
}

function capped(value: unknown, problems: readonly Problem[]): Problem[] {
  if (problems.length <= MAX_PROBLEMS) return [...problems];
  const more = problems.length - MAX_PROBLEMS;
  return [
    ...problems.slice(0, MAX_PROBLEMS),
    problem(value, [], `has ${more} more problems`, `correct these first (${quote('apply')} shows the rest)`),
  ];
}
