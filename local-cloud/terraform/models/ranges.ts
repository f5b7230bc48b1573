/** Arithmetic on IPv4 ranges, as Compute Engine checks that subnetworks of one VPC do not overlap. */

/** Do two CIDR ranges share an address? Text that is no range shares none. */
export function overlaps(a: string, b: string): boolean {
  const [first, second] = [bounds(a), bounds(b)];
  return first !== undefined && second !== undefined && first.from <= second.to && second.from <= first.to;
}

/** The address `offset` places after the first of the range. */
export function addressIn(range: string, offset: number): string {
  return addressText((bounds(range)?.from ?? 0) + offset);
}

/** First address of the first range of `length` (a prefix length) in `space` that shares none with `taken`. */
export function firstFree(space: string, length: number, taken: readonly string[]): string | undefined {
  const [limits, size] = [bounds(space), 2 ** (32 - length)];
  if (!limits) return undefined;
  const others = taken.map(bounds).filter((range) => range !== undefined);
  for (let from = limits.from; from + size - 1 <= limits.to;) {
    const clash = others.find((other) => from <= other.to && other.from < from + size);
    if (!clash) return addressText(from);
    from = Math.ceil((clash.to + 1) / size) * size;
  }
  return undefined;
}

function bounds(range: string): { from: number; to: number } | undefined {
  const [, address, length] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(range) ?? [];
  if (address === undefined || length === undefined) return undefined;
  const size = 2 ** (32 - Number(length));
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const from = Math.floor(number / size) * size;
  return { from, to: from + size - 1 };
}

const addressText = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
