/** Hands out the private addresses of internal load balancers: the lowest free one of the cluster's subnet. */

/** Network address, gateway, and a few nodes stand at the beginning of every subnet. */
const FIRST_HOST = 5;
/** Google keeps the second to last address and the broadcast address. */
const RESERVED_AT_END = 2;

export class Addresses {
  readonly #taken = new Map<string, Set<string>>();

  /**
   * Takes `wanted` when it lies in `range` and is free, else the lowest free address; undefined when the range is used
   * up or `wanted` cannot be had. Ranges of different networks are apart even when they are equal.
   */
  take(network: string, range: string, wanted?: string): string | undefined {
    const taken = this.#taken.get(network) ?? new Set<string>();
    this.#taken.set(network, taken);
    for (const ip of hosts(range)) {
      if (taken.has(ip) || (wanted !== undefined && ip !== wanted)) continue;
      taken.add(ip);
      return ip;
    }
    return undefined;
  }

  release(network: string, ip: string): void {
    this.#taken.get(network)?.delete(ip);
  }
}

function* hosts(range: string): Generator<string> {
  const [base = '', bits = '32'] = range.split('/');
  const size = 2 ** (32 - Number(bits));
  const first = toNumber(base) - (toNumber(base) % size);
  for (let host = FIRST_HOST; host < size - RESERVED_AT_END; host += 1) yield toText(first + host);
}

const toNumber = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const toText = (value: number): string =>
  [value / 2 ** 24, value / 2 ** 16, value / 2 ** 8, value].map((part) => Math.floor(part) % 256).join('.');
