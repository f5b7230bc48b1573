/** Asks a tenant's endpoint from inside the tenant's network. An unhealthy answer is a result, not a failure. */
import { isIPv4 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { HealthResult, Json } from '../reconciler/model.ts';
import { parseInput } from './input.ts';
import { wordsOf, type Context } from './step.ts';

const TIMEOUT_MS = 5_000;
const MAX_BODY_BYTES = 64 * 1024;
const MAX_REDIRECTS = 2;

/** Link-local addresses hold the metadata server, whose answers nobody may ask for through us. */
const isLinkLocal = (host: string): boolean =>
  (isIPv4(host) && host.startsWith('169.254.')) ||
  /^\[fe[89ab]/.test(host) ||
  host === 'metadata.google.internal';

const input = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .refine((url) => !isLinkLocal(URL.parse(url)?.hostname ?? ''), 'must not be a link-local address'),
  path: z.string().startsWith('/').default('/'),
  attempts: z.int().min(1).max(100).default(5),
  intervalSeconds: z.number().min(0).max(600).default(5),
});

type Answer = Pick<HealthResult, 'healthy' | 'code' | 'reason'>;

/** Asks until the endpoint is healthy, at most `attempts` times; gives a `HealthResult` with the last answer. */
export async function checkHealth(raw: Json, context: Context): Promise<Json> {
  const { url: base, path, attempts, intervalSeconds } = parseInput(input, raw);
  const url = new URL(path, base).href;
  let answer = await ask(url);
  for (let attempt = 2; !answer.healthy && attempt <= attempts; attempt++) {
    context.log(`${url} ${answer.reason}; asking again in ${intervalSeconds} s`);
    await sleep(intervalSeconds * 1000);
    answer = await ask(url);
  }
  context.log(`${url} ${answer.reason}`);
  const { healthy, code, reason } = answer;
  return { healthy, code, url, reason, checkedAt: new Date().toISOString() };
}

async function ask(start: string): Promise<Answer> {
  let url = new URL(start);
  try {
    for (let redirects = 0; ; redirects++) {
      const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
      const { status } = response;
      const location = response.headers.get('location');
      if (status < 300 || status > 399 || location === null) return await judge(response);
      await response.body?.cancel();
      const next = new URL(location, url);
      if (redirects === MAX_REDIRECTS) return unhealthy(status, `redirects more than ${MAX_REDIRECTS} times`);
      if (next.host !== url.host) return unhealthy(status, `redirects to another host, ${next.host}`);
      url = next;
    }
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    return unhealthy(
      null,
      timedOut ? `did not answer within ${TIMEOUT_MS / 1000} s` : `cannot be reached: ${wordsOf(error)}`,
    );
  }
}

const unhealthy = (code: number | null, reason: string): Answer => ({ healthy: false, code, reason });

/** Healthy is 2xx with a body that ends within the limits; the body itself is nobody's business. */
async function judge(response: Response): Promise<Answer> {
  const code = response.status;
  let bytes = 0;
  // Node's own type for the stream says `any`; its chunks are bytes.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      return unhealthy(code, `answered ${code} with more than ${MAX_BODY_BYTES / 1024} KB`);
  }
  return { healthy: response.ok, code, reason: `answered ${code} ${response.statusText}`.trim() };
}
