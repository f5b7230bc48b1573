/** `try` with `retry` and `except`. Retries come first; what is left goes to `except` (docs pages on errors and retries). */
import type { RetryPolicy, TryBody } from '../lang/program.ts';
import { childScope } from '../lang/scope.ts';
import { DEFAULT_BACKOFF, DEFAULT_MAX_RETRIES, delayBefore } from '../stdlib/retry.ts';
import { lastly, rescue, type Code, type Exec, type Maybe, type Signal } from './code.ts';
import { compileTemplate } from './compile-expression.ts';
import { Fatal, Raised, typeError, valueError } from './errors.ts';
import { Scope, type Frame } from './frame.ts';
import { observe, watched } from './observer.ts';
import type { Site } from './site.ts';
import { FunctionValue, isMap, typeOf, type Dict, type Value } from './values.ts';

export function compileTry(body: TryBody, work: Exec, site: Site): Exec {
  const tried = watched(site.scope, { kind: 'try' }, work);
  const retried = body.retry === undefined ? tried : compileRetry(body.retry, tried, site);
  if (body.except === undefined) return retried;
  const handler = compileExcept(body.except, site);
  return (frame) =>
    rescue(
      () => retried(frame),
      (error) => {
        if (!isCatchable(error)) throw error;
        return handler(frame, error.value);
      },
    );
}

/** Limits, cancellation and our own mistakes pass every handler. */
const isCatchable = (error: unknown): error is Raised => error instanceof Raised && !(error instanceof Fatal);

function compileExcept(
  { as, steps }: NonNullable<TryBody['except']>,
  site: Site,
): (frame: Frame, error: Value) => Maybe<Signal> {
  const scope = childScope('except', site.scope, [as], steps);
  const run = site.block(steps, scope);
  const location = scope.find(as);
  return (frame, error) => {
    const inner = new Scope(frame.run, scope.size, frame.scope);
    return lastly(
      () => {
        if (location !== undefined) inner.set(location.slot, error);
        return observe(frame.within(inner), scope, { kind: 'except', error }, run);
      },
      () => inner.release(),
    );
  };
}

function compileRetry(retry: NonNullable<TryBody['retry']>, tried: Exec, site: Site): Exec {
  const policyOf =
    retry.kind === 'whole' ? wholePolicy(compileTemplate(retry.template, site)) : partsOf(retry, site);
  return (frame) =>
    rescue(
      () => tried(frame),
      (error) => again(error, frame, tried, policyOf, site),
    );
}

interface Policy {
  readonly predicate: string | undefined;
  readonly maxRetries: number;
  readonly backoff: { readonly initialDelay: number; readonly maxDelay: number; readonly multiplier: number };
}

type PolicyOf = (frame: Frame) => Promise<Policy>;

async function again(
  first: unknown,
  frame: Frame,
  tried: Exec,
  policyOf: PolicyOf,
  site: Site,
): Promise<Signal> {
  if (!isCatchable(first)) throw first;
  const policy = await policyOf(frame);
  let error: Raised = first;
  for (let attempt = 0; attempt < policy.maxRetries; attempt += 1) {
    if (!(await wanted(policy, frame, error, site))) break;
    await frame.run.host.sleep(delayBefore(attempt, policy.backoff) * 1000);
    frame.run.countStep();
    try {
      return await observe(frame, site.scope, { kind: 'retry', number: attempt + 1 }, tried);
    } catch (next) {
      if (!isCatchable(next)) throw next;
      error = next;
    }
  }
  throw error;
}

/** Assumed: without a predicate every error is retried. */
async function wanted({ predicate }: Policy, frame: Frame, error: Raised, site: Site): Promise<boolean> {
  if (predicate === undefined) return true;
  const answer = await site.callables.apply(frame, predicate, error.value);
  if (typeof answer === 'boolean') return answer;
  throw typeError(`retry predicate '${predicate}' must return a boolean; got: ${typeOf(answer)}`);
}

function partsOf(parts: RetryPolicy, site: Site): PolicyOf {
  const code = (part: keyof RetryPolicy): Code | undefined => {
    const template = parts[part];
    return template === undefined ? undefined : compileTemplate(template, site);
  };
  const codes = {
    predicate: code('predicate'),
    maxRetries: code('maxRetries'),
    initialDelay: code('initialDelay'),
    maxDelay: code('maxDelay'),
    multiplier: code('multiplier'),
  };
  return async (frame) =>
    policyFrom({
      predicate: await codes.predicate?.(frame),
      maxRetries: await codes.maxRetries?.(frame),
      initialDelay: await codes.initialDelay?.(frame),
      maxDelay: await codes.maxDelay?.(frame),
      multiplier: await codes.multiplier?.(frame),
    });
}

function wholePolicy(code: Code): PolicyOf {
  return async (frame) => {
    const value = await code(frame);
    // A predicate in the place of a policy is a common slip, and the service's samples contain it.
    if (value instanceof FunctionValue) return policyFrom({ predicate: value });
    if (!isMap(value)) throw typeError(`retry must be a map; got: ${typeOf(value)}`);
    const backoff: Value = value.get('backoff') ?? new Map();
    if (!isMap(backoff)) throw typeError(`backoff must be a map; got: ${typeOf(backoff)}`);
    return policyFrom({
      predicate: value.get('predicate'),
      maxRetries: value.get('max_retries'),
      ...delays(backoff),
    });
  };
}

const delays = (backoff: Dict) => ({
  initialDelay: backoff.get('initial_delay'),
  maxDelay: backoff.get('max_delay'),
  multiplier: backoff.get('multiplier'),
});

/** What is left out takes the library's defaults (assumed; the docs call all parts required). */
function policyFrom(parts: Partial<Record<keyof RetryPolicy, Value | undefined>>): Policy {
  const { predicate } = parts;
  if (predicate !== undefined && predicate !== null && !(predicate instanceof FunctionValue)) {
    throw typeError(`predicate must be a function or subworkflow; got: ${typeOf(predicate)}`);
  }
  return {
    predicate: predicate?.name,
    maxRetries: number('max_retries', parts.maxRetries, DEFAULT_MAX_RETRIES),
    backoff: {
      initialDelay: number('initial_delay', parts.initialDelay, DEFAULT_BACKOFF.initialDelay),
      maxDelay: number('max_delay', parts.maxDelay, DEFAULT_BACKOFF.maxDelay),
      multiplier: number('multiplier', parts.multiplier, DEFAULT_BACKOFF.multiplier),
    },
  };
}

function number(name: string, value: Value | undefined, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'bigint' && typeof value !== 'number') {
    throw typeError(`${name} must be a number; got: ${typeOf(value)}`);
  }
  if (value < 0) throw valueError(`${name} must not be negative; got: ${value}`);
  return Number(value);
}
