/** Retry policies and predicates of the library. Source: stdlib reference for `http.default_retry…` and `retry.…`. */
import { hasTag, type ErrorTag } from '../run/errors.ts';
import { FunctionValue, isMap, mapOf, type Value } from '../run/values.ts';
import { params, type LibraryFunction } from './function.ts';

interface Rule {
  readonly codes: readonly bigint[];
  readonly tags: readonly ErrorTag[];
}

/** 500 is in neither list. */
const IDEMPOTENT: Rule = {
  codes: [429n, 502n, 503n, 504n],
  tags: ['ConnectionError', 'ConnectionFailedError', 'TimeoutError'],
};
const NON_IDEMPOTENT: Rule = { codes: [429n, 503n], tags: ['ConnectionFailedError'] };

function matches(rule: Rule, error: Value): boolean {
  if (rule.tags.some((tag) => hasTag(error, tag))) return true;
  const code = isMap(error) ? error.get('code') : undefined;
  return typeof code === 'bigint' && rule.codes.includes(code);
}

export const isRetryable = {
  idempotent: (error: Value): boolean => matches(IDEMPOTENT, error),
  nonIdempotent: (error: Value): boolean => matches(NON_IDEMPOTENT, error),
} as const;

export const DEFAULT_MAX_RETRIES = 5;
/** Seconds. */
export const DEFAULT_BACKOFF = { initialDelay: 1, maxDelay: 60, multiplier: 1.25 } as const;

const predicate = (name: string, test: (error: Value) => boolean): LibraryFunction => ({
  name,
  params: params('e'),
  call: (args) => test(args.value('e')),
});

export const PREDICATES: readonly LibraryFunction[] = [
  predicate('http.default_retry_predicate', isRetryable.idempotent),
  predicate('http.default_retry_predicate_non_idempotent', isRetryable.nonIdempotent),
  predicate('retry.always', () => true),
  predicate('retry.never', () => false),
];

const backoff: Value = mapOf({
  initial_delay: DEFAULT_BACKOFF.initialDelay,
  max_delay: DEFAULT_BACKOFF.maxDelay,
  multiplier: DEFAULT_BACKOFF.multiplier,
});

const policy = (name: string): Value =>
  mapOf({ predicate: new FunctionValue(name), max_retries: BigInt(DEFAULT_MAX_RETRIES), backoff });

/** Library names that stand for a value rather than a function. */
export const POLICIES: ReadonlyMap<string, Value> = new Map([
  ['http.default_retry', policy('http.default_retry_predicate')],
  ['http.default_retry_non_idempotent', policy('http.default_retry_predicate_non_idempotent')],
  ['retry.default_backoff', backoff],
]);

/** Seconds before the retry number `attempt`, counted from 0. */
export const delayBefore = (
  attempt: number,
  backoffPolicy: { initialDelay: number; maxDelay: number; multiplier: number },
): number =>
  Math.min(backoffPolicy.initialDelay * backoffPolicy.multiplier ** attempt, backoffPolicy.maxDelay);
