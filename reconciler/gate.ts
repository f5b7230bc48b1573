/**
 * So many at a time. A group waits until there is room for the whole of it, and its members leave one by one; who came
 * first is let in first. Whoever finds room does not wait: a pass goes through a gate for every list of every cluster.
 */
export class Gate {
  #free: number;
  readonly #waiting: { readonly size: number; readonly open: () => void }[] = [];

  /** No group may be larger than `room`. */
  constructor(room: number) {
    this.#free = room;
  }

  /** Undefined: there is room, and it is taken. */
  enter(size = 1): Promise<void> | undefined {
    if (this.#waiting.length > 0 || this.#free < size) {
      return new Promise((open) => this.#waiting.push({ size, open }));
    }
    this.#free -= size;
    return undefined;
  }

  leave(size = 1): void {
    this.#free += size;
    for (let [next] = this.#waiting; next !== undefined && next.size <= this.#free; [next] = this.#waiting) {
      this.#free -= next.size;
      this.#waiting.shift();
      next.open();
    }
  }

  /** Inside for as long as the work takes. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.enter();
    if (turn !== undefined) await turn;
    try {
      return await work();
    } finally {
      this.leave();
    }
  }
}
