/**
 * SHA-256 (FIPS 180-4) in plain arithmetic. A definition's name is the hash of its text, and this room may not
 * import `node:crypto`; `crypto.subtle` is asynchronous, which would make compiling asynchronous for nothing.
 */

/** The first 32 bits of the fractional parts of the n-th root of the first `count` primes. */
function rootsOfPrimes(count: number, root: (prime: number) => number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes.map((prime) => Math.floor((root(prime) % 1) * 2 ** 32));
}

const INITIAL = rootsOfPrimes(8, Math.sqrt);
const ROUND = rootsOfPrimes(64, Math.cbrt);

const rotate = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

/** Text as UTF-8, a one bit, zeros, and the length in bits as 64-bit big-endian: a whole number of 64-byte blocks. */
function padded(text: string): DataView {
  const bytes = new TextEncoder().encode(text);
  const size = Math.ceil((bytes.length + 9) / 64) * 64;
  const message = new Uint8Array(size);
  message.set(bytes);
  message[bytes.length] = 0x80;
  const view = new DataView(message.buffer);
  view.setBigUint64(size - 8, BigInt(bytes.length) * 8n);
  return view;
}

function schedule(message: DataView, block: number): Uint32Array {
  const words = new Uint32Array(64);
  for (let i = 0; i < 16; i++) words[i] = message.getUint32(block + i * 4);
  for (let i = 16; i < 64; i++) {
    const before15 = words[i - 15] ?? 0;
    const before2 = words[i - 2] ?? 0;
    const small0 = rotate(before15, 7) ^ rotate(before15, 18) ^ (before15 >>> 3);
    const small1 = rotate(before2, 17) ^ rotate(before2, 19) ^ (before2 >>> 10);
    words[i] = (words[i - 16] ?? 0) + small0 + (words[i - 7] ?? 0) + small1;
  }
  return words;
}

/** SHA-256 of `text` as UTF-8, in lowercase hex. */
export function sha256(text: string): string {
  const message = padded(text);
  const state = Uint32Array.from(INITIAL);
  for (let block = 0; block < message.byteLength; block += 64) {
    const words = schedule(message, block);
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let i = 0; i < 64; i++) {
      const choose = (e & f) ^ (~e & g);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const first = (h + big1 + choose + (ROUND[i] ?? 0) + (words[i] ?? 0)) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + big0 + majority) | 0];
    }
    for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i] ?? 0) + word;
  }
  return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('');
}
