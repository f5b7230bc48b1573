/**
 * Empties the outbox, as far as targets answer and the time allows: each message is leased, tried once, and either done
 * with or put off. A target that fails is left alone until the next pass, so that one that is down costs one try.
 */
import type { Store } from '../desired-state/store.ts';
import type { Attempted, Courier, Delivery, NotifyTarget } from './notify/message.ts';
import type { Clock } from './ports.ts';

/** How long all of it may take, whatever targets do; a lease is longer, so that nobody sends what is being sent. */
const BOUND_MS = 30_000;
const TRY_MS = 10_000;
const LEASE_MS = 2 * 60_000;

const CLAIMED_AT_ONCE = 100;

/** The first pause after a failure; doubled with each further one. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

const DAY_MS = 24 * 60 * 60_000;
/** What nobody could be told for so long is given up, and that is told. */
const GIVE_UP_DAYS = 7;
/** How long messages are kept for people to look at once they have ended. */
const KEPT_DAYS = 30;

export interface DeliverOptions {
  readonly targets: readonly NotifyTarget[];
  /** Names the lease; unique to this process. */
  readonly by: string;
  /** What could not be told, for people: a sentence per target, and one for each message that is given up. */
  readonly onProblem: (message: string) => void;
}

export interface Delivered {
  readonly sent: number;
  readonly waiting: number;
  readonly lost: number;
}

interface Round extends DeliverOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly courier: Courier;
  /** When it must be over (milliseconds since 1970). */
  readonly until: number;
  readonly count: { sent: number; waiting: number; lost: number };
}

/** Throws only what the store throws. */
export async function deliver(
  ports: { readonly store: Store; readonly clock: Clock; readonly courier: Courier },
  options: DeliverOptions,
): Promise<Delivered> {
  const { store, clock, courier } = ports;
  const count = { sent: 0, waiting: 0, lost: 0 };
  const round = { ...options, store, clock, courier, count, until: clock.now().getTime() + BOUND_MS };
  const failing = new Map<string, Failure>();
  while (clock.now().getTime() < round.until) {
    const now = clock.now();
    const claimed = await store.claimNotifications({
      by: options.by,
      now: now.toISOString(),
      until: new Date(now.getTime() + LEASE_MS).toISOString(),
      limit: CLAIMED_AT_ONCE,
    });
    if (claimed.length === 0) break;
    const byTarget = Map.groupBy(claimed, ({ message }) => message.target);
    await Promise.all([...byTarget].map(([target, messages]) => sendAll(round, target, messages, failing)));
  }
  for (const [target, { reason, messages }] of failing) {
    if (messages === 0) continue;
    options.onProblem(`${messages} notification${messages === 1 ? '' : 's'} to ${target} wait: ${reason}`);
  }
  await store.forgetNotifications(new Date(clock.now().getTime() - KEPT_DAYS * DAY_MS).toISOString());
  return count;
}

interface Failure {
  readonly reason: string;
  readonly retryAfterMs: number | null;
  messages: number;
}

/** One after the other, oldest first; after the first failure of a target the others are put off with it. */
async function sendAll(
  round: Round,
  name: string,
  messages: readonly Delivery[],
  failing: Map<string, Failure>,
): Promise<void> {
  const target = round.targets.find((each) => each.name === name);
  for (const delivery of messages) {
    const failed = failing.get(name);
    if (failed === undefined) {
      const outcome = await attempt(round, target, delivery);
      if (outcome.sent) {
        await end(round, { ...delivery, attempts: delivery.attempts + 1 }, { state: 'SENT', error: null });
        round.count.sent += 1;
        continue;
      }
      const failure = { ...outcome, messages: 0 };
      failing.set(name, failure);
      await putOff(round, { ...delivery, attempts: delivery.attempts + 1 }, failure);
    } else await putOff(round, delivery, failed);
  }
}

async function attempt(
  { courier, clock, until }: Round,
  target: NotifyTarget | undefined,
  { message }: Delivery,
): Promise<Attempted> {
  if (target === undefined) {
    return { sent: false, reason: 'the settings name no such target any more', retryAfterMs: null };
  }
  const left = until - clock.now().getTime();
  if (left <= 0) return { sent: false, reason: 'there was no time left', retryAfterMs: 0 };
  return courier.send(target, message, Math.min(TRY_MS, left));
}

async function putOff(round: Round, delivery: Delivery, failure: Failure): Promise<void> {
  const { clock, count } = round;
  const { message, createdAt } = delivery;
  const age = clock.now().getTime() - Date.parse(createdAt);
  if (age >= GIVE_UP_DAYS * DAY_MS) {
    const kept = await end(round, delivery, { state: 'GIVEN_UP', error: failure.reason });
    if (!kept) return;
    count.lost += 1;
    round.onProblem(
      `given up after ${GIVE_UP_DAYS} days: "${message.title}" to ${message.target}: ${failure.reason}`,
    );
    return;
  }
  failure.messages += 1;
  count.waiting += 1;
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, delivery.attempts - 1), LONGEST_PAUSE_MS);
  const notBefore = clock.now().getTime() + Math.max(Math.min(failure.retryAfterMs ?? 0, DAY_MS), pause);
  await end(round, delivery, { state: 'WAITING', error: failure.reason, notBefore });
}

const end = (
  { store, clock, by }: Round,
  { message, attempts }: Delivery,
  {
    state,
    error,
    notBefore = clock.now().getTime(),
  }: { readonly state: Delivery['state']; readonly error: string | null; readonly notBefore?: number },
): Promise<boolean> =>
  store.endDelivery({
    id: message.id,
    by,
    state,
    notBefore: new Date(notBefore).toISOString(),
    attempts,
    error,
    now: clock.now().toISOString(),
  });
