/** What is wrong with a record: the type of a problem, and how its path and its value are shown to people. */
import type { Json } from '../reconciler/model.ts';

/** Keys and indices from the top of the document down. */
export type Path = readonly (string | number)[];

export interface Problem {
  /** For people: `spec.cluster.nodePools[gpu].max`; items of named lists by their name. Empty for the document. */
  readonly path: string;
  /** For programs, e.g. to find the line: `['spec', 'cluster', 'nodePools', 1, 'max']`. */
  readonly at: Path;
  /** The problem is the key itself, not its value. */
  readonly onKey: boolean;
  /** Reads on from the path: `is missing`. */
  readonly message: string;
  /** How to put it right, as an instruction. */
  readonly cure: string;
}

/** One problem of `value` at a path; `onKey` when the key is what is wrong. */
export function problem(value: unknown, at: Path, message: string, cure: string, onKey = false): Problem {
  return { path: formatPath(value, at), at, onKey, message, cure };
}

/** One line: path, message, cure. */
export const formatProblem = ({ path, message, cure }: Pick<Problem, 'path' | 'message' | 'cure'>): string =>
  `${path === '' ? 'the document' : path} ${message}: ${cure}`;

/** `true` for objects as JSON knows them: no arrays, no null. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path, or undefined; own properties only, so that `__proto__` finds nothing. */
export function valueAt(value: unknown, at: Path): unknown {
  let here = value;
  for (const step of at) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Readonly<Record<string | number, unknown>>)[step];
  }
  return here;
}

/** Longest piece of someone's input that is shown back; a hostile record must not flood a terminal. */
const SHOWN = 60;

const shorten = (text: string): string =>
  text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${text.length} characters)` : text;

/** What JSON leaves as it is and a terminal acts on: DEL, C1 controls (one begins escape sequences), marks of direction. */
const ACTING = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A text in quotes, escaped (nothing in it acts on a terminal) and shortened. */
export const quote = (text: string): string =>
  JSON.stringify(shorten(text)).replace(
    ACTING,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** What a value is, for a sentence: `the text "3"`, `the number 3`, `a list`, `null`. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return `the text ${quote(value)}`;
    case 'number':
      return `the number ${value}`;
    case 'boolean':
      return `the boolean ${value}`;
    case 'object':
      return 'an object';
    default:
      return 'nothing JSON knows';
  }
}

/** `spec.cluster.nodePools[gpu].max`, `metadata.labels["a b"]`. */
function formatPath(value: unknown, at: Path): string {
  let text = '';
  for (const [depth, step] of at.entries()) {
    if (typeof step === 'number') text += `[${itemName(value, at.slice(0, depth + 1)) ?? step}]`;
    else if (!PLAIN_KEY.test(step)) text += `[${quote(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

const PLAIN_KEY = /^[A-Za-z_][-A-Za-z0-9_]{0,60}$/;

function itemName(value: unknown, at: Path): string | undefined {
  const name = valueAt(value, [...at, 'name']);
  return typeof name === 'string' && /^[-A-Za-z0-9_.]{1,63}$/.test(name) ? name : undefined;
}

/** Narrows what zod and our own walk have proved to be JSON. */
export const asJson = (value: unknown): Json => value as Json;
