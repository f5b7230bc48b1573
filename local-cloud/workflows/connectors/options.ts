/** `connector_params`: how long a connector may take, how it polls, whether it waits. Source: the docs page on connectors. */
import { MAX_HTTP_TIMEOUT, MAX_WAIT } from '../lang/limits.ts';
import { typeError, valueError } from '../run/errors.ts';
import { isMap, typeOf, type Dict, type Value } from '../run/values.ts';

/** All times in seconds. */
export interface ConnectorOptions {
  readonly timeout: number;
  readonly skipPolling: boolean;
  readonly polling: { readonly initialDelay: number; readonly maxDelay: number; readonly multiplier: number };
}

const KEYS = ['timeout', 'polling_policy', 'skip_polling', 'scopes'];
const POLLING_KEYS = ['initial_delay', 'multiplier', 'max_delay'];

/** Raises TypeError or ValueError, also for options that have no effect here. */
export function optionsOf(params: Dict, waits: boolean): ConnectorOptions {
  known(params, KEYS, 'connector_params');
  const polling = pollingOf(mapAt(params, 'polling_policy'));
  const timeout = numberAt(params, 'timeout', MAX_HTTP_TIMEOUT);
  const max = waits ? MAX_WAIT : MAX_HTTP_TIMEOUT;
  if (timeout <= 0 || timeout > max) {
    throw valueError(
      `connector_params.timeout must be more than 0 and at most ${max} seconds; got: ${timeout}`,
    );
  }
  const skip = params.get('skip_polling') ?? false;
  if (typeof skip !== 'boolean') throw typeError(`skip_polling must be a boolean; got: ${typeOf(skip)}`);
  return {
    timeout,
    skipPolling: skip,
    polling,
  };
}

/** Raises TypeError or ValueError. */
export function pollingOf(policy: Dict): ConnectorOptions['polling'] {
  known(policy, POLLING_KEYS, 'polling_policy');
  return {
    initialDelay: numberAt(policy, 'initial_delay', 1),
    multiplier: numberAt(policy, 'multiplier', 1.25),
    maxDelay: numberAt(policy, 'max_delay', 60),
  };
}

function known(map: Dict, keys: readonly string[], what: string): void {
  const unknown = [...map.keys()].find((key) => !keys.includes(key));
  if (unknown !== undefined) throw valueError(`unknown key '${unknown}' in ${what}`);
}

function mapAt(map: Dict, key: string): Dict {
  const value: Value = map.get(key) ?? new Map();
  if (isMap(value)) return value;
  throw typeError(`${key} must be a map; got: ${typeOf(value)}`);
}

function numberAt(map: Dict, key: string, fallback: number): number {
  const value: Value = map.get(key) ?? fallback;
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw typeError(`${key} must be a number; got: ${typeOf(value)}`);
  }
  if (value < 0) throw valueError(`${key} must not be negative; got: ${value}`);
  return Number(value);
}
