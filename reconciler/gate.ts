/** Lets so many in at a time: a group waits until there is room for the whole of it, and its members leave one by one. */
export class Gate {
  #free: number;
  #waiting: { readonly size: number; readonly open: () => void } | null = null;

  /** No group may be larger than `room`. */
  constructor(room: number) {
    this.#free = room;
  }

  /** One group waits at a time. */
  async enter(size: number): Promise<void> {
    if (this.#free < size) await new Promise<void>((open) => (this.#waiting = { size, open }));
    this.#free -= size;
  }

  leave(size = 1): void {
    this.#free += size;
    if (this.#waiting === null || this.#free < this.#waiting.size) return;
    const { open } = this.#waiting;
    this.#waiting = null;
    open();
  }
}
