/** Every call the local cloud answered, newest last: what tests look at to know what was really done, and by whom. */
import type { Clock } from './clock.ts';
import { timestamp } from './clock.ts';

export interface AuditEntry {
  readonly time: string;
  readonly service: string;
  readonly method: string;
  readonly http: string;
  readonly path: string;
  readonly principal: string;
  readonly status: number;
}

/** Enough for any test or demo; older entries fall off so that a long-running local cloud stays small. */
const KEEP = 20_000;

export class AuditLog {
  #entries: AuditEntry[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  record(entry: Omit<AuditEntry, 'time'>): void {
    this.#entries.push({ time: timestamp(this.#clock.now()), ...entry });
    if (this.#entries.length > KEEP * 1.1) this.#entries = this.#entries.slice(-KEEP);
  }

  list(filter: { service?: string; method?: string } = {}): AuditEntry[] {
    return this.#entries.filter(
      (e) =>
        (filter.service === undefined || e.service === filter.service) &&
        (filter.method === undefined || e.method === filter.method),
    );
  }
}
