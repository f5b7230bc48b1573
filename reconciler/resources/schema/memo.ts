/** Answers that repeat over a fleet, kept within bounds. */

/** How many answers a memo keeps: far more than a fleet has names, far less than it has tenants to fill it with. */
const MOST_KEPT = 20_000;
/** Longer keys are no names that repeat; somebody's megabyte is not kept. */
const LONGEST_KEPT = 400;

/** Answers that were worked out already. Names repeat over a fleet; where they do not, it starts anew when it is full. */
export class Memo<T> {
  readonly #kept = new Map<string, T>();

  of(key: string, work: (key: string) => T): T {
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const answer = work(key);
    if (key.length > LONGEST_KEPT) return answer;
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    this.#kept.set(key, answer);
    return answer;
  }
}
