/** Which task of a pass looks after a tenant: the same answer everywhere and in every run. */

export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

/** FNV-1a (32 bit) of the name's UTF-8 bytes, modulo `count`: small, and names that differ by a digit spread well. */
export function shardOf(name: string, count: number): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash % count;
}

/** Throws RangeError for a shard that cannot be: with it a pass would silently look after nobody. */
export function checkShard({ index, count }: Shard): void {
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(index) || index < 0 || index >= count) {
    throw new RangeError(`shard ${index} of ${count} cannot be: the index counts from 0 up to the count`);
  }
}
