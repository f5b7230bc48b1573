/** A page cut up as it streams by tells what the whole page tells, wherever its bytes are parted. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openPage, streamPage, wholePage } from '../../../reconciler/clouds/asset-pages.ts';
import type { Json } from '../../../reconciler/model.ts';
import { CloudError } from '../../../reconciler/ports.ts';

const MIB = 1024 * 1024;

/** Bytes in pieces of these sizes, over and over. */
async function* parted(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let from = 0, n = 0; from < bytes.length; n += 1) {
    const to = from + (sizes[n % sizes.length] ?? bytes.length);
    yield bytes.subarray(from, to);
    from = to;
  }
}

async function streamed(text: string, sizes: readonly number[] = [64 * 1024]) {
  const rest = parted(Buffer.from(text), sizes);
  const parts = streamPage({ begun: [], rest }, 'the page');
  const assets: Json[] = [];
  for (;;) {
    const part = await parts.next();
    if (part.done === true) return { assets, nextPageToken: part.value };
    assets.push(...part.value);
  }
}

/** JSON's own signs inside texts are what a cutter could stumble over. */
const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', '{', '}', '[', ']', ',', 'é', '😀', '\n') });
const asset = fc.record({
  name: text,
  resource: fc.record({ data: fc.dictionary(text, fc.oneof(text, fc.jsonValue() as fc.Arbitrary<Json>)) }),
});
const spacing = fc.constantFrom(undefined, 1, '\t');

describe('a page cut up as it streams by', () => {
  it('tells what the whole page tells, wherever its bytes are parted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record(
          { readTime: text, assets: fc.array(asset, { maxLength: 8 }), nextPageToken: text },
          { requiredKeys: [] },
        ),
        spacing,
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        async (page, space, sizes) => {
          const json = JSON.stringify(page, null, space);
          expect(await streamed(json, sizes)).toEqual(wholePage(Buffer.from(json), 'the page'));
        },
      ),
    );
  });

  it('is none when it holds objects elsewhere than among its assets', async () => {
    await expect(streamed('{"assets":[{"name":"a"}],"others":[{"name":"b"}]}')).rejects.toThrow(
      /not a page of assets: it lists more than assets/,
    );
  });

  it.each([
    ['ends early', '{"assets":[{"name":"a"},'],
    ['ends in the middle of an asset', '{"assets":[{"name":"a'],
    ['is a list', '[[{"name":"a"}]]'],
    ['is no JSON', '<html>{{{{}}}}</html>'],
    ['holds an asset that is no JSON', '{"assets":[{name}]}'],
    ['has a token that is no text', '{"assets":[{"name":"a"}],"nextPageToken":1}'],
    ['goes on after its end', '{"assets":[{"name":"a"}]}}'],
  ])('is none when it %s', async (_, json) => {
    await expect(streamed(json)).rejects.toBeInstanceOf(CloudError);
    await expect(streamed(json, [1])).rejects.toBeInstanceOf(CloudError);
  });

  it('is none when it is large for anything but its assets', async () => {
    await expect(streamed(`{"readTime":"${'x'.repeat(2 * MIB)}"}`)).rejects.toThrow(/too large, and not for/);
  });

  it('shows only name and type of an asset too large to be one, and all of the others', async () => {
    const monster = {
      name: '//x/"monster"',
      assetType: 'x/Y',
      updateTime: 'T',
      resource: { data: 'm'.repeat(9 * MIB) },
    };
    const page = {
      assets: [{ name: 'a' }, monster, { name: 'b', resource: { data: 1 } }],
      nextPageToken: 't',
    };
    for (const sizes of [[64 * 1024], [100 * MIB], [3, 5 * MIB]]) {
      expect(await streamed(JSON.stringify(page), sizes)).toEqual({
        assets: [
          { name: 'a' },
          { name: '//x/"monster"', assetType: 'x/Y', updateTime: 'T' },
          { name: 'b', resource: { data: 1 } },
        ],
        nextPageToken: 't',
      });
    }
  });

  it('is read as one when it is small, and is not read to its end before it is cut when it is large', async () => {
    expect(await openPage(parted(Buffer.from('{"assets":[]}'), [3]))).toHaveProperty('whole');
    let read = 0;
    const endless = (async function* () {
      for (;;) yield Buffer.alloc((read += 64 * 1024) > 0 ? 64 * 1024 : 0);
    })();
    expect(await openPage(endless)).toHaveProperty('rest');
    expect(read).toBeLessThan(MIB);
  });

  it('that breaks off is told as broken, and may be asked for again', async () => {
    const rest = (async function* () {
      yield Buffer.from('{"assets":[{"name":"a"}');
      throw new Error('socket hang up');
    })();
    const parts = streamPage({ begun: [], rest }, 'the page');
    expect((await parts.next()).value).toEqual([{ name: 'a' }]);
    await expect(parts.next()).rejects.toMatchObject({ kind: 'unavailable', retryable: true });
  });
});
