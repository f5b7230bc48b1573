/** Sharding: the same everywhere, and even enough. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkShard, shardOf } from '../../desired-state/shard.ts';

describe('shardOf', () => {
  it('is the published FNV-1a, so that it is the same in every version', () => {
    expect(shardOf('', 2 ** 32)).toBe(0x811c9dc5);
    expect(shardOf('foobar', 2 ** 32)).toBe(0xbf9cf968);
  });

  it('gives every name a shard that exists', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 10_000 }), (name, count) => {
        const shard = shardOf(name, count);
        expect(Number.isInteger(shard) && shard >= 0 && shard < count).toBe(true);
      }),
    );
  });

  it('spreads numbered tenants within a fifth of even', () => {
    const sizes = new Array<number>(10).fill(0);
    for (let index = 0; index < 5_000; index += 1) sizes[shardOf(`tenant-${index}`, 10)]! += 1;
    for (const size of sizes) expect(Math.abs(size - 500)).toBeLessThan(100);
  });
});

describe('checkShard', () => {
  it.each([
    [1, 1],
    [-1, 2],
    [0, 0],
    [0.5, 2],
    [NaN, NaN],
  ])('refuses shard %d of %d', (index, count) => {
    expect(() => checkShard({ index, count })).toThrow(RangeError);
  });
});
