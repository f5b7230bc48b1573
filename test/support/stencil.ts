/** Answers for any number of tenants out of one text, at about the cost of copying it: who measures wants no more. */

/** The number of the tenant that a text was made of. */
export const ZERO = '000000';

const CODE_OF_0 = 0x30;

/** Fills a tenant's number into a text, wherever {@link ZERO} stands. */
export class Stencil {
  readonly #bytes: Buffer;
  readonly #places: readonly number[];

  constructor(text: string) {
    this.#bytes = Buffer.from(text, 'latin1');
    this.#places = [...text.matchAll(new RegExp(ZERO, 'g'))].map(({ index }) => index);
  }

  get size(): number {
    return this.#bytes.length;
  }

  of(number: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(this.size);
    this.into(bytes, 0, number);
    return bytes;
  }

  /** Into `target`, from `at` on. */
  into(target: Buffer, at: number, number: number): void {
    target.set(this.#bytes, at);
    for (let digit = ZERO.length - 1, rest = number; digit >= 0; digit -= 1) {
      const code = CODE_OF_0 + (rest % 10);
      rest = Math.floor(rest / 10);
      for (const place of this.#places) target[at + place + digit] = code;
    }
  }
}

/** Bytes that come at once. */
const SOCKET = 64 * 1024;

/** Pieces of text one after another, as a socket would hand them over. */
export class Socket {
  #bytes = Buffer.allocUnsafeSlow(SOCKET);
  #used = 0;

  hasRoomFor(size: number): boolean {
    return this.#used + size <= SOCKET;
  }

  /** What was written so far. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#used);
    this.#bytes = Buffer.allocUnsafeSlow(SOCKET);
    this.#used = 0;
    return taken;
  }

  write(text: string): void {
    this.#used += this.#bytes.write(text, this.#used, 'latin1');
  }

  fill(stencil: Stencil, number: number): void {
    stencil.into(this.#bytes, this.#used, number);
    this.#used += stencil.size;
  }
}
