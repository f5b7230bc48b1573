/**
 * One call of the provider to a Google API: ordered faults, the audit log, retries and the error texts of the real
 * client library. The provider calls no port of ours, so what the REST server does for others happens here.
 */
import type { Cloud } from '../core/cloud.ts';
import { ApiError, statusOfHttp } from '../core/errors.ts';
import type { FaultRule } from '../core/faults.ts';

/** On whose behalf, and until when, calls are made. */
export interface Caller {
  readonly cloud: Cloud;
  readonly principal: string;
  /** Whom the step runs as, when that is another account than the one it acts as. */
  readonly impersonator?: string;
  /** Aborted when Terraform is interrupted. */
  readonly signal: AbortSignal;
}

export interface ApiCall {
  /** Service name as in the endpoints table, e.g. `compute`. */
  readonly service: string;
  /** Method id, e.g. `compute.routers.insert`. */
  readonly method: string;
  readonly http: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  /** Part of what an ordered fault may look for. */
  readonly project: string;
}

/** The provider's transport retries these with growing pauses; anything else fails at once. */
const RETRIED = new Set([429, 500, 502, 503]);
const RETRY_PAUSES_MS = [500, 1000, 2000];

/** How long the provider waits for an answer before it gives up. */
const REQUEST_TIMEOUT_MS = 120_000;

/** The answer was lost on the way; whether the work was done is unknown. */
class TransportError extends Error {}

/** Does `work` as one API call. Throws ApiError for what the API refuses, TransportError for a broken connection. */
export async function callApi<T>(caller: Caller, call: ApiCall, work: () => T | Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await attemptCall(caller, call, work);
    } catch (error) {
      const pause = RETRY_PAUSES_MS[attempt];
      if (pause === undefined || !(error instanceof ApiError) || !RETRIED.has(error.httpStatus)) throw error;
      await caller.cloud.clock.sleep(pause, caller.signal);
    }
  }
}

async function attemptCall<T>(caller: Caller, call: ApiCall, work: () => T | Promise<T>): Promise<T> {
  const { cloud, principal } = caller;
  const fault = cloud.faults.take({
    service: call.service,
    method: call.method,
    path: call.path,
    target: call.project,
    principal,
  });
  try {
    if (fault) await suffer(caller, call, fault);
    const result = await work();
    record(caller, call, 200);
    if (fault?.loseAnswer) throw new TransportError(`${call.http} ${call.path}: unexpected EOF`);
    return result;
  } catch (error) {
    if (error instanceof ApiError) record(caller, call, error.httpStatus);
    throw error;
  }
}

async function suffer({ cloud, signal }: Caller, call: ApiCall, fault: FaultRule): Promise<void> {
  if (fault.delayMs !== undefined) await cloud.clock.sleep(fault.delayMs, signal);
  if (fault.hang) {
    await cloud.clock.sleep(REQUEST_TIMEOUT_MS, signal);
    throw new TransportError(`${call.http} ${call.path}: context deadline exceeded`);
  }
  if (fault.reset) throw new TransportError(`${call.http} ${call.path}: read: connection reset by peer`);
  if (fault.rawBody !== undefined && (fault.status ?? 200) < 400) {
    const first = fault.rawBody.trim().charAt(0);
    throw new TransportError(
      first === ''
        ? 'unexpected end of JSON input'
        : `invalid character '${first}' looking for beginning of value`,
    );
  }
  if (fault.status !== undefined) {
    throw new ApiError(
      statusOfHttp(fault.status),
      fault.rawBody ?? fault.message ?? `ordered fault ${fault.id}`,
      {
        httpStatus: fault.status,
      },
    );
  }
}

function record({ cloud, principal }: Caller, call: ApiCall, status: number): void {
  const { service, method, http, path } = call;
  cloud.audit.record({ service, method, http, path, principal, status });
}

/** As Go's googleapi library prints an error: `googleapi: Error 404: … was not found, notFound`. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  return `googleapi: Error ${error.httpStatus}: ${error.message}${error.reason === undefined ? '' : `, ${error.reason}`}`;
}
