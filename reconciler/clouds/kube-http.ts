/** One GET at a cluster's control plane: a deadline to the last byte, and never more bytes than may be held. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { textAt } from '../json.ts';
import type { Json } from '../model.ts';
import { CloudError } from '../ports.ts';
import { collect, retryAfter } from './body.ts';
import { kindOfStatus } from './rest.ts';

interface KubeGet {
  /** `host:port` of the control plane. */
  readonly endpoint: string;
  readonly path: string;
  readonly token: string;
  readonly accept: string;
  /** From the call to the last byte of its answer. */
  readonly deadlineMs: number;
  /** Most bytes the answer may have. */
  readonly limit: number;
}

/** The body of a 200; throws CloudError for everything else. */
export type KubeHttp = (get: KubeGet) => Promise<Buffer>;

/** `caFile`: PEM of an authority to trust beside the public ones; the real endpoint has a public certificate. */
export function kubeHttp(caFile: string | null): KubeHttp {
  // The certificate is written when the first cluster starts, which may be after this.
  let agent: Agent | undefined;
  return async (get) => {
    agent ??= new Agent({ keepAlive: true, ...(caFile !== null && { ca: readFileSync(caFile) }) });
    const what = `GET https://${get.endpoint}${get.path.split('?', 1)[0] ?? ''}`;
    const abort = new AbortController();
    // Not the socket's own timeout: that one starts anew with every byte a slow server sends.
    const timer = setTimeout(() => abort.abort(), get.deadlineMs);
    try {
      const response = await call(agent, get, abort.signal);
      const body = await collect(response, get.limit, what);
      if (response.statusCode !== 200) throw statusError(what, response, body.toString());
      return body;
    } catch (cause) {
      if (cause instanceof CloudError) throw cause;
      const silent = abort.signal.aborted;
      const reason = silent ? `no answer within ${get.deadlineMs / 1000} s` : (cause as Error).message;
      throw new CloudError('unavailable', `${what}: ${reason}`, { cause: silent ? SILENCE : cause });
    } finally {
      clearTimeout(timer);
    }
  };
}

const SILENCE = Symbol('no answer in time');

/** Whether a server let us wait to the end of the deadline. */
export const isSilence = (error: CloudError): boolean => error.cause === SILENCE;

/** Node's fetch takes no certificate authority per call, hence node:https. */
const call = (agent: Agent, { endpoint, path, token, accept }: KubeGet, signal: AbortSignal) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, accept };
    request(`https://${endpoint}${path}`, { agent, headers, signal }, resolve).on('error', reject).end();
  });

function statusError(what: string, { statusCode = 0, headers }: IncomingMessage, text: string): CloudError {
  let message: string | null = null;
  try {
    message = textAt(JSON.parse(text) as Json, 'message');
  } catch {
    // Not a Kubernetes Status: the number alone has to do.
  }
  const kind = kindOfStatus(statusCode);
  // A 404 here is a missing API, not a missing object: nothing may be concluded from it.
  return new CloudError(
    kind === 'not-found' ? 'unexpected' : kind,
    `${what}: HTTP ${statusCode}${message === null ? '' : `: ${message}`}`,
    { httpStatus: statusCode, retryAfterMs: retryAfter(headers['retry-after']) },
  );
}
