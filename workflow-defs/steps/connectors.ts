/** Calls of connectors, each with the time-out of its kind: without one the service waits half an hour for an answer. */
import {
  BEGIN_TRANSACTION,
  COMMIT,
  CREATE_BUILD,
  CREATE_SESSION,
  DELETE_SESSION,
  GET_BUILD,
  LIST_BUILDS,
  READ,
  ROLLBACK,
} from '../functions.ts';
import { call, type Call, type ValueMap } from '../tree.ts';

// Seconds, from the call to the answer that counts, the connector's own retries included. Source:
// https://docs.cloud.google.com/workflows/docs/reference/googleapis. Whoever is later is asked again by our own retry.

/** What Google's clients give these calls, which wait for nobody: https://docs.cloud.google.com/spanner/docs/custom-timeout-and-retry */
const LEDGER_SECONDS = 30;
/** These may wait for another transaction's locks; Spanner takes them from one that has been idle for ten seconds. */
const LEDGER_LOCK_SECONDS = 60;
/** None of these waits for a build, so Cloud Build answers them at once. */
const BUILD_SECONDS = 60;

const SECONDS = {
  [CREATE_SESSION]: LEDGER_SECONDS,
  [BEGIN_TRANSACTION]: LEDGER_SECONDS,
  [READ]: LEDGER_LOCK_SECONDS,
  [COMMIT]: LEDGER_LOCK_SECONDS,
  [ROLLBACK]: LEDGER_SECONDS,
  [DELETE_SESSION]: LEDGER_SECONDS,
  [LIST_BUILDS]: BUILD_SECONDS,
  [CREATE_BUILD]: BUILD_SECONDS,
  [GET_BUILD]: BUILD_SECONDS,
} as const;

/** `result`: the variable that gets the answer. `params`: further ones for the connector itself. */
export const ask = (
  name: string,
  connector: keyof typeof SECONDS,
  args: ValueMap,
  result: string | null = null,
  params: ValueMap = {},
): Call =>
  call(name, connector, { ...args, connector_params: { timeout: SECONDS[connector], ...params } }, result);
