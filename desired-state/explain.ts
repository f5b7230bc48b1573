/** Turns what zod found into problems a person can act on: what stands there, what should, and how to get there. */
import type { z } from 'zod';
import { schemaAt } from './json-schema.ts';
import type { SchemaNode } from './json-schema.ts';
import { nearest } from './nearest.ts';
import { describeValue, problem, quote, valueAt } from './problems.ts';
import type { Path, Problem } from './problems.ts';

type Issue = z.core.$ZodIssue;

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** The problems one zod issue stands for; unknown keys come several to an issue. */
export function explain(record: unknown, issue: Issue): Problem[] {
  const at = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(record, at, key));
  }
  const found = valueAt(record, at);
  if (issue.code === 'invalid_key') {
    const cure = issue.issues[0]?.message ?? issue.message;
    return [problem(record, at, 'is not a key that can be used here', cure, true)];
  }
  if (found === undefined) return [missing(record, at)];
  const [message, cure] = describeIssue(issue, found, schemaAt(at));
  return [problem(record, at, message, cure)];
}

function unknownKey(record: unknown, parent: Path, key: string): Problem {
  const known = Object.keys(schemaAt(parent)?.properties ?? {});
  const near = nearest(key, known);
  const cure =
    near === undefined ? `remove it; known here: ${known.join(', ')}` : `did you mean ${quote(near)}?`;
  return problem(record, [...parent, key], 'is not a known field', cure, true);
}

function missing(record: unknown, at: Path): Problem {
  const description = schemaAt(at)?.description;
  return problem(
    record,
    at,
    'is missing',
    description === undefined ? 'add it' : `add it (${trimEnd(description)})`,
  );
}

/** Message and cure of an issue about a value that is there. */
function describeIssue(issue: Issue, found: unknown, schema: SchemaNode | undefined): [string, string] {
  const about =
    schema?.description === undefined ? 'correct it' : `correct it (${trimEnd(schema.description)})`;
  switch (issue.code) {
    case 'invalid_type': {
      const expected = EXPECTED[schema?.type === 'integer' ? 'int' : issue.expected] ?? issue.expected;
      return [
        `is ${describeValue(found)}, but must be ${expected}`,
        typeCure(issue.expected, found) ?? about,
      ];
    }
    case 'invalid_value': {
      const values = issue.values.map(String);
      const near = typeof found === 'string' ? nearest(found, values) : undefined;
      const [only] = values;
      const choice = values.length === 1 && only !== undefined ? quote(only) : `one of ${values.join(', ')}`;
      return [
        `is ${describeValue(found)}, but must be ${choice}`,
        near === undefined || values.length === 1 ? `write ${choice}` : `did you mean ${quote(near)}?`,
      ];
    }
    case 'too_small':
      if (issue.origin === 'array') return ['is an empty list', 'add at least one item'];
      if (issue.origin === 'string') return ['is an empty text', about];
      return [`is ${describeValue(found)}, but must be at least ${issue.minimum}`, boundsCure(schema)];
    case 'too_big':
      return [`is ${describeValue(found)}, but must be at most ${issue.maximum}`, boundsCure(schema)];
    default:
      return [`is ${describeValue(found)}, which does not fit`, issue.message];
  }
}

/** The slips YAML invites: numbers and words without quotes, quoted numbers, `null` for "leave it out". */
function typeCure(expected: string, found: unknown): string | undefined {
  if (found === null) return 'give it a value, or leave the line out: null means nothing here';
  if (expected === 'string' && (typeof found === 'number' || typeof found === 'boolean')) {
    return `put it in quotes: "${found}"`;
  }
  if (
    (expected === 'int' || expected === 'number') &&
    typeof found === 'string' &&
    /^-?\d{1,15}$/.test(found)
  ) {
    return `write it without quotes: ${found}`;
  }
  if (expected === 'array') return 'write a list: one "- " per item';
  return undefined;
}

function boundsCure(schema: SchemaNode | undefined): string {
  const { minimum, maximum } = schema ?? {};
  if (minimum === undefined || maximum === undefined) return 'choose a number within the bound';
  return `choose a number from ${minimum} to ${maximum}`;
}

const trimEnd = (sentence: string): string => sentence.replace(/\.$/, '');
