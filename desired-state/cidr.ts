/** IPv4 ranges as numbers: reading, overlap, and the address a range should have been written with. */

export interface Range {
  /** First address, as an unsigned 32-bit number. */
  readonly first: number;
  readonly last: number;
  /** The number after the slash. */
  readonly bits: number;
  /** As a network address: `10.10.0.1/20` → `10.10.0.0/20`. */
  readonly canonical: string;
}

/** Reads `10.10.0.0/20`; undefined when it is not a range in CIDR notation. */
export function parseRange(text: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (match === null) return undefined;
  const [a = 256, b = 256, c = 256, d = 256, bits = 33] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || bits > 32) return undefined;
  // Plain arithmetic, not shifts: a shift by 32 is a shift by 0, and bit 31 is the sign.
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = address - (address % size);
  return { first, last: first + size - 1, bits, canonical: `${formatAddress(first)}/${bits}` };
}

export const overlap = (one: Range, other: Range): boolean =>
  one.first <= other.last && other.first <= one.last;

const formatAddress = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
