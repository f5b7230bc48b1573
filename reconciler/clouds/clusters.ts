/** Lists inside tenants' clusters, as raw JSON: the typed Kubernetes client drops what it does not know. */
import { MOST_BYTES, tooLarge } from './bounded.ts';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { describe } from '../error-text.ts';
import { isObject, listAt, textAt } from '../json.ts';
import type { Json, Reading } from '../model.ts';
import { CloudError, type Clock, type Clusters, type KubeResource } from '../ports.ts';
import type { TokenSource } from './auth.ts';
import { kindOfStatus } from './rest.ts';

const PAGE_SIZE = 500;
const DEADLINE_MS = 15_000;
/** A server that hands out continue tokens for ever must not hold a pass for ever. */
const MOST_PAGES = 200;

export interface ClustersOptions {
  readonly tokens: TokenSource;
  readonly clock: Clock;
  /** PEM of an authority to trust beside the public ones: the local cloud's. The real endpoint has a public certificate. */
  readonly caFile: string | null;
}

export function clustersOf({ tokens, clock, caFile }: ClustersOptions): Clusters {
  // The certificate is written when the first cluster starts, which may be after this.
  let agent: Agent | undefined;
  const agentOf = () =>
    (agent ??= new Agent({ keepAlive: true, ...(caFile !== null && { ca: readFileSync(caFile) }) }));
  return {
    list: async ({ endpoint }, resource, namespace): Promise<Reading<readonly Json[]>> => {
      const at = clock.now().toISOString();
      const source = `kubernetes ${resource.plural}`;
      try {
        const token = await tokens.token();
        const items: Json[] = [];
        let proceed: string | null = null;
        for (let page = 0; page < MOST_PAGES; page += 1) {
          const body = await getJson(agentOf(), endpoint, pathOf(resource, namespace, proceed), token);
          if (!isObject(body) || !Array.isArray(body['items'])) {
            throw new CloudError(
              'unexpected',
              `${endpoint}: the answer to a list of ${resource.plural} holds no items`,
            );
          }
          items.push(...listAt(body, 'items'));
          proceed = textAt(body, 'metadata', 'continue');
          if (proceed === null || proceed === '') return { state: 'present', value: items, source, at };
        }
        throw new CloudError('unexpected', `${endpoint}: a list of ${resource.plural} did not end`);
      } catch (error) {
        return { state: 'unreadable', reason: describe(error), source, at };
      }
    },
  };
}

function pathOf(
  { group, version, plural }: KubeResource,
  namespace: string | null,
  proceed: string | null,
): string {
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = namespace === null ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const query = new URLSearchParams({
    limit: String(PAGE_SIZE),
    ...(proceed !== null && { continue: proceed }),
  });
  return `${base}${scope}/${plural}?${query.toString()}`;
}

/** Node's fetch takes no certificate authority per call, hence node:https. */
function getJson(agent: Agent, endpoint: string, path: string, token: string): Promise<Json> {
  const what = `GET https://${endpoint}${path.split('?', 1)[0] ?? ''}`;
  return new Promise((resolve, reject) => {
    const fail = (kind: CloudError['kind'], text: string, cause?: unknown) =>
      reject(new CloudError(kind, `${what}: ${text}`, { cause }));
    const call = request(
      `https://${endpoint}${path}`,
      { agent, headers: { authorization: `Bearer ${token}`, accept: 'application/json' } },
      (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.byteLength;
          if (bytes <= MOST_BYTES) chunks.push(chunk);
          else {
            reject(tooLarge(what));
            call.destroy();
          }
        });
        response.on('error', (cause) => fail('unavailable', cause.message, cause));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const status = response.statusCode ?? 0;
          try {
            if (status !== 200) throw statusError(what, status, text);
            resolve(JSON.parse(text) as Json);
          } catch (cause) {
            if (cause instanceof CloudError) reject(cause);
            else fail('unexpected', 'the answer is not JSON', cause);
          }
        });
      },
    );
    call.setTimeout(DEADLINE_MS, () => call.destroy(new Error(`no answer within ${DEADLINE_MS / 1000} s`)));
    call.on('error', (cause) => fail('unavailable', cause.message, cause));
    call.end();
  });
}

function statusError(what: string, status: number, text: string): CloudError {
  let message: string | null = null;
  try {
    message = textAt(JSON.parse(text) as Json, 'message');
  } catch {
    // Not a Kubernetes Status: the number alone has to do.
  }
  const kind = kindOfStatus(status);
  // A 404 here is a missing API, not a missing object: nothing may be concluded from it.
  return new CloudError(
    kind === 'not-found' ? 'unexpected' : kind,
    `${what}: HTTP ${status}${message === null ? '' : `: ${message}`}`,
    { httpStatus: status },
  );
}
