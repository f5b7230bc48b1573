/**
 * How many calls a pass may make: a token bucket per API and project, well below what the service allows, and a pause
 * that all callers of one share once the service has said "too many". Other people use the same quotas.
 */
import { CloudError, type Clock } from '../ports.ts';
import type { ServiceName } from './endpoints.ts';

export interface Quota {
  readonly perMinute: number;
  /** `resource`: the project a resource is in pays for the call; `caller`: the caller's own project does. */
  readonly paidBy: 'resource' | 'caller';
}

/**
 * Default quotas of the read methods called here, and who pays: the project of the resource wherever a path names one
 * (https://cloud.google.com/docs/quotas/quota-project). Cloud Build publishes no rate; its entry is an assumption.
 */
const QUOTAS: Readonly<Partial<Record<ServiceName, Quota>>> = {
  // https://cloud.google.com/asset-inventory/docs/quota: ListAssets, per consumer project.
  cloudasset: { perMinute: 100, paidBy: 'caller' },
  // https://cloud.google.com/compute/docs/api-rate-limits: read requests, per project.
  compute: { perMinute: 1_500, paidBy: 'resource' },
  // https://cloud.google.com/kubernetes-engine/quotas: limit for API requests.
  container: { perMinute: 3_000, paidBy: 'resource' },
  // https://cloud.google.com/artifact-registry/quotas: requests per minute, per project.
  artifactregistry: { perMinute: 60_000, paidBy: 'resource' },
  cloudbuild: { perMinute: 600, paidBy: 'resource' },
  // https://cloud.google.com/iam/quotas: read requests, per project.
  iam: { perMinute: 6_000, paidBy: 'resource' },
};

/** Of a quota, for us: most of it steadily, a little at once; never more than both together in any minute. */
const STEADY = 0.6;
const AT_ONCE = 0.1;

/** After a refusal without a `Retry-After`; doubled with each further one in a row. */
const FIRST_PAUSE_MS = 2_000;
/** Rate quotas are refilled by the minute. */
const LONGEST_PAUSE_MS = 60_000;

export interface BudgetOptions {
  readonly clock: Clock;
  /** The project that pays where the resource's does not. */
  readonly caller: string;
  /** How many tasks share the quotas. */
  readonly tasks?: number;
  readonly quotas?: Readonly<Partial<Record<ServiceName, Quota>>>;
}

interface Account {
  /** Milliseconds between two calls of a steady stream. */
  readonly intervalMs: number;
  /** How far calls may run ahead of the steady stream. */
  readonly aheadMs: number;
  /** When the steady stream would make its next call. */
  next: number;
  /** Nobody calls before. */
  blockedUntil: number;
  refusals: number;
}

export class Budget {
  readonly #clock: Clock;
  readonly #caller: string;
  readonly #tasks: number;
  readonly #quotas: Readonly<Partial<Record<ServiceName, Quota>>>;
  readonly #accounts = new Map<string, Account>();
  readonly #calls = new Map<string, number>();

  constructor({ clock, caller, tasks = 1, quotas = QUOTAS }: BudgetOptions) {
    this.#clock = clock;
    this.#caller = caller;
    this.#tasks = tasks;
    this.#quotas = quotas;
  }

  /** Calls made so far, by API. */
  calls(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#calls].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  count(api: string): void {
    this.#calls.set(api, (this.#calls.get(api) ?? 0) + 1);
  }

  /** Waits for this call's turn, first come first served. Throws CloudError `spent` when that is after `until`. */
  async take(service: ServiceName, path: string, until: number): Promise<void> {
    const account = this.#accountOf(service, path);
    if (account === undefined) {
      this.count(service);
      return;
    }
    const now = this.#clock.now().getTime();
    const turn = Math.max(now, account.next - account.aheadMs, account.blockedUntil);
    if (turn > until) throw spent(service, turn);
    account.next = Math.max(account.next, now) + account.intervalMs;
    // The clock is not asked again: whoever hands in one that waits differently means it.
    if (turn > now) await this.#clock.sleep(turn - now);
    // Refused in the meantime, for everybody.
    const blocked = account.blockedUntil;
    if (blocked > turn) {
      if (blocked > until) throw spent(service, blocked);
      await this.#clock.sleep(blocked - turn);
    }
    this.count(service);
  }

  /** The service refused a call for its rate: all callers of this API and project wait. */
  refused(service: ServiceName, path: string, retryAfterMs: number | null): void {
    const account = this.#accountOf(service, path);
    if (account === undefined) return;
    const now = this.#clock.now().getTime();
    // Calls that were under way when the pause began tell nothing new: a burst of refusals is one.
    if (now >= account.blockedUntil) account.refusals += 1;
    const pause = retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (account.refusals - 1);
    const until = now + Math.min(pause, LONGEST_PAUSE_MS);
    account.blockedUntil = Math.max(account.blockedUntil, until);
  }

  /** The service answered again. */
  answered(service: ServiceName, path: string): void {
    const account = this.#accountOf(service, path);
    if (account !== undefined) account.refusals = 0;
  }

  #accountOf(service: ServiceName, path: string): Account | undefined {
    const quota = this.#quotas[service];
    if (quota === undefined) return undefined;
    const payer =
      quota.paidBy === 'caller' ? this.#caller : (/\/projects\/([^/?:]+)/.exec(path)?.[1] ?? this.#caller);
    const key = `${service} ${payer}`;
    const known = this.#accounts.get(key);
    if (known !== undefined) return known;
    const share = quota.perMinute / this.#tasks;
    const intervalMs = 60_000 / (share * STEADY);
    const account = {
      intervalMs,
      aheadMs: Math.max(0, Math.floor(share * AT_ONCE) - 1) * intervalMs,
      next: 0,
      blockedUntil: 0,
      refusals: 0,
    };
    this.#accounts.set(key, account);
    return account;
  }
}

const spent = (service: ServiceName, turn: number): CloudError =>
  new CloudError(
    'spent',
    `${service}: the budget of calls allows the next one at ${new Date(turn).toISOString()}, after this pass ends`,
  );
