/** Requests to the control plane of a GKE cluster: found through Kubernetes Engine, trusted by the cluster's own authority. */
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { systemError, valueError } from '../run/errors.ts';
import { isMap, type Dict, type Value } from '../run/values.ts';
import type { CallContext } from '../stdlib/function.ts';
import type { Exchange } from '../stdlib/transport.ts';
import { send } from './request.ts';

export interface ControlPlane {
  /** `https://host:port`. */
  readonly url: string;
  readonly send: NonNullable<Exchange['send']>;
}

/** Seconds for the question where the cluster is. Assumed. */
const LOOKUP_TIMEOUT = 60;

/**
 * `cluster` is `projects/P/locations/L/clusters/C`. Raises ValueError for one that is not RUNNING (documented), and what
 * Kubernetes Engine answers for one that does not exist.
 */
export async function controlPlane(cluster: string, context: CallContext): Promise<ControlPlane> {
  if (context.host.endpoint('container') === undefined) {
    throw systemError('SystemError', `gke: the service container is not part of this local cloud`);
  }
  const body = await send('container', 'GET', `/v1/${cluster}`, null, LOOKUP_TIMEOUT, context);
  const status = textAt(body, 'status');
  if (status !== 'RUNNING') throw valueError(`${cluster} does not have status RUNNING; it is ${status}`);
  const dns = textAt(body, 'controlPlaneEndpointsConfig', 'dnsEndpointConfig', 'endpoint');
  const ca = Buffer.from(textAt(body, 'masterAuth', 'clusterCaCertificate'), 'base64').toString();
  return { url: `https://${dns === '' ? textAt(body, 'endpoint') : dns}`, send: trusting(ca) };
}

function textAt(value: Value, ...path: readonly string[]): string {
  const found = path.reduce<Value>((at, key) => (isMap(at) ? (at.get(key) ?? null) : null), value);
  return typeof found === 'string' ? found : '';
}

const NO_CONTENT = [204, 205, 304];

/** `fetch` cannot be told to trust one more authority, so this is the part of it that is needed, over node:https. */
const trusting =
  (ca: string): ControlPlane['send'] =>
  (url, { method = 'GET', headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const sent = httpsRequest(
        url,
        { method, headers: headers as Record<string, string>, ca, ...(signal && { signal }) },
        (response) => {
          const { statusCode: status = 500, headers: answered } = response;
          const pairs = Object.entries(answered).map(([name, value]): [string, string] => [
            name,
            String(value),
          ]);
          const stream = Readable.toWeb(response) as ReadableStream<Uint8Array>;
          const empty = method === 'HEAD' || NO_CONTENT.includes(status);
          if (empty) response.resume();
          resolve(new Response(empty ? null : stream, { status, headers: pairs }));
        },
      );
      // As fetch does it: what happened is the cause.
      sent.on('error', (cause) => reject(new Error('fetch failed', { cause })));
      sent.end(body ?? undefined);
    });

export const conditionIs = (object: Dict, type: string): boolean => {
  const status = object.get('status') ?? null;
  const conditions = isMap(status) ? (status.get('conditions') ?? null) : null;
  return (
    Array.isArray(conditions) &&
    conditions.some((one: Value) => isMap(one) && one.get('type') === type && one.get('status') === 'True')
  );
};
