/** Many small pieces of bytes in few large ones: each piece in memory of its own would cost more than its bytes. */

/** Where a piece lies. */
export interface Place {
  readonly slab: number;
  readonly from: number;
  readonly to: number;
}

const SLAB = 256 * 1024;

export class Slabs {
  readonly #slabs: Buffer[] = [];
  /** Bytes of the last slab that are taken. */
  #used = 0;

  /** Copies them. */
  add(bytes: Uint8Array): Place {
    let last = this.#slabs.at(-1);
    if (last === undefined || this.#used + bytes.length > last.length) {
      last = Buffer.allocUnsafeSlow(Math.max(SLAB, bytes.length));
      this.#slabs.push(last);
      this.#used = 0;
    }
    const from = this.#used;
    last.set(bytes, from);
    this.#used += bytes.length;
    return { slab: this.#slabs.length - 1, from, to: this.#used };
  }

  at({ slab, from, to }: Place): Buffer {
    const bytes = this.#slabs[slab];
    if (bytes === undefined) throw new RangeError(`there is no slab ${slab}`);
    return bytes.subarray(from, to);
  }
}
