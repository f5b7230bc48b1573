/**
 * Carries notifications to Slack, to webhooks and to Pub/Sub: one try each, with a deadline. When to try again is the
 * outbox's matter. An address is a secret, so no reason holds one.
 */
import type { Json } from '../model.ts';
import type { Attempted, Courier, Notification } from '../notify/message.ts';
import { slackMessage } from '../notify/slack.ts';
import { CloudError, type Clock } from '../ports.ts';
import { collect, retryAfter } from './body.ts';
import type { Rest } from './rest.ts';

/** Of an answer that says why it refuses, as much as is told. */
const MOST_SAID = 200;
const MOST_READ = 64 * 1024;

export interface CourierOptions {
  /** With a deadline of so many milliseconds. */
  readonly rest: (deadlineMs: number) => Rest;
  readonly clock: Clock;
}

export function courierOf({ rest, clock }: CourierOptions): Courier {
  return {
    send: async (target, message, deadlineMs) => {
      const { address } = target;
      if (address.type === 'pubsub') return publish(rest(deadlineMs), address.topic, message);
      if (address.url === null)
        return failed(`the variable ${address.variable ?? ''}, which holds its address, is not set`);
      const body = address.type === 'slack' ? slackMessage(message) : message;
      return post(address.url, { body, id: message.id, deadlineMs, clock });
    },
  };
}

const failed = (reason: string, retryAfterMs: number | null = null): Attempted => ({
  sent: false,
  reason,
  retryAfterMs,
});

/** Sent once: what was lost on the way back may have arrived, and is sent again under the same id. */
async function publish(rest: Rest, topic: string, message: Notification): Promise<Attempted> {
  const data = Buffer.from(JSON.stringify(message)).toString('base64');
  try {
    await rest.request({
      service: 'pubsub',
      method: 'POST',
      path: `/v1/${topic.split('/').map(encodeURIComponent).join('/')}:publish`,
      body: { messages: [{ data, attributes: attributesOf(message) }] },
      safeToRepeat: false,
    });
    return { sent: true };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return failed(error.message, error.retryAfterMs);
  }
}

/** What a subscription may filter by. */
const attributesOf = ({
  id,
  format,
  occasion,
  run,
  target,
  about,
}: Notification): Readonly<Record<string, Json>> => ({
  id,
  format,
  occasion,
  about: about.kind,
  target,
  ...(run !== null && { run }),
});

interface Letter {
  readonly body: unknown;
  readonly id: string;
  readonly deadlineMs: number;
  readonly clock: Clock;
}

async function post(url: string, { body, id, deadlineMs, clock }: Letter): Promise<Attempted> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'idempotency-key': id },
      body: JSON.stringify(body),
      // The address was given for this host alone.
      redirect: 'manual',
      signal: AbortSignal.timeout(deadlineMs),
    });
    if (response.ok) {
      await response.body?.cancel();
      return { sent: true };
    }
    const said = await saidIn(response, url);
    const pause = retryAfter(response.headers.get('retry-after')) ?? untilDate(response, clock);
    return failed(`it answered ${response.status}${said === '' ? '' : ` (${said})`}`, pause);
  } catch (error) {
    return failed(connectionText(error, deadlineMs));
  }
}

/** `Retry-After` as a date. Source: RFC 9110, 10.2.3. */
function untilDate(response: Response, clock: Clock): number | null {
  const at = Date.parse(response.headers.get('retry-after') ?? '');
  return Number.isNaN(at) ? null : Math.max(0, at - clock.now().getTime());
}

/** The beginning of a short answer in words; a page of markup says nothing to anybody. */
async function saidIn(response: Response, url: string): Promise<string> {
  if (response.body === null) return '';
  try {
    const bytes = await collect(response.body as AsyncIterable<Uint8Array>, MOST_READ, 'the answer');
    const text = bytes.toString().trim();
    if (text.startsWith('<')) return '';
    return withoutAddress(text, url).replace(/\s+/g, ' ').slice(0, MOST_SAID);
  } catch {
    return '';
  }
}

/** Shorter parts stand in too many words by chance, and keep no secret. */
const SHORTEST_PART = 6;

/** An answer may quote the address, or a part of it; which part is the secret nobody knows. */
function withoutAddress(text: string, url: string): string {
  const { pathname, search, searchParams } = new URL(url);
  const parts = [url, pathname, search, ...pathname.split('/'), ...searchParams.values()];
  return parts
    .filter(({ length }) => length >= SHORTEST_PART)
    .sort((one, other) => other.length - one.length)
    .reduce((rest, part) => rest.replaceAll(part, '…'), text);
}

/** The system's own word for it: a message of the HTTP client may hold the address. */
function connectionText(error: unknown, deadlineMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `no answer within ${Math.ceil(deadlineMs / 1000)} s`;
  }
  const cause = error instanceof Error ? (error.cause as { readonly code?: unknown } | undefined) : undefined;
  return typeof cause?.code === 'string' ? `the connection failed (${cause.code})` : 'the connection failed';
}
