import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventoryOf } from '../../../reconciler/clouds/inventory.ts';
import { CloudError, type Asset, type SweepRequest } from '../../../reconciler/ports.ts';
import { impatientClock, restAt } from '../../support/clients.ts';
import { answer, googleError, httpServer, type TestServer } from '../../support/http.ts';

const asset = (n: number) => ({
  name: `//compute.googleapis.com/projects/p/global/networks/n${n}`,
  assetType: 'compute.googleapis.com/Network',
  updateTime: '2026-01-01T00:00:00Z',
  resource: { data: { n } },
});

async function all(sweep: AsyncIterable<readonly Asset[]>): Promise<Asset[]> {
  const assets: Asset[] = [];
  for await (const part of sweep) assets.push(...part);
  return assets;
}

describe('an inventory sweep', () => {
  let server: TestServer;
  /** What the server answers for page `n` (from 0). */
  let pages: (page: number) => [status: number, body: unknown];
  beforeAll(async () => {
    server = await httpServer((request, response) => {
      const token = new URL(request.url ?? '', 'http://x').searchParams.get('pageToken');
      answer(response, ...pages(token === null ? 0 : Number(token)));
    });
  });
  afterAll(() => server.close());

  const request: SweepRequest = {
    scope: 'folders/1',
    assetTypes: ['compute.googleapis.com/Network'],
    content: 'bodies',
    until: Infinity,
  };
  const sweep = () => all(inventoryOf(restAt(server.url), impatientClock()).sweep(request));

  const page = (n: number, last: number): [number, unknown] => [
    200,
    { assets: [asset(n)], ...(n < last && { nextPageToken: String(n + 1) }) },
  ];

  it('reads every page, in order, whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 6 }), async (last) => {
        pages = (n) => page(n, last);
        const found = await sweep();
        expect(found.map((item) => item.name.split('/').at(-1))).toEqual(
          Array.from({ length: last + 1 }, (_, n) => `n${n}`),
        );
      }),
      { numRuns: 10 },
    );
  });

  it('asks for the largest page and the types it wants, so that the sweep costs least quota', async () => {
    pages = () => [200, {}];
    await sweep();
    expect(server.requests.at(-1)).toContain('pageSize=1000');
    expect(server.requests.at(-1)).toContain('assetTypes=compute.googleapis.com%2FNetwork');
  });

  it('fails as a whole when any one page fails: a gap is never silent', async () => {
    const broken: [number, unknown][] = [
      [403, googleError(403)],
      [500, googleError(500)],
      [200, 'no json'],
      [200, '[]'],
      [200, { assets: [{}] }],
    ];
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 3 }), fc.constantFrom(...broken), async (at, failure) => {
        pages = (n) => (n === at ? failure : page(n, 3));
        await expect(sweep()).rejects.toBeInstanceOf(CloudError);
      }),
      { numRuns: 20 },
    );
  });

  it('takes an empty page for an empty page', async () => {
    pages = () => [200, {}];
    expect(await sweep()).toEqual([]);
  });

  describe('of a page too large to be held', () => {
    const SIZE = 500;
    /** About 1 MB. */
    const large = JSON.stringify({
      assets: Array.from({ length: SIZE }, (_, n) => ({ ...asset(n), resource: { data: 'x'.repeat(2000) } })),
    });

    /** The first answers break off after so many bytes; the one after them is whole. */
    async function breakingOff(...after: readonly number[]) {
      const flaky = await httpServer((_, response, nth) => {
        const bytes = after[nth - 1];
        if (bytes === undefined) answer(response, 200, large);
        else response.write(large.slice(0, bytes), () => response.destroy());
      });
      const clock = impatientClock();
      try {
        return {
          assets: await all(inventoryOf(restAt(flaky.url), clock).sweep(request)),
          calls: flaky.requests.length,
          slept: clock.slept,
        };
      } finally {
        await flaky.close();
      }
    }

    it('asks again when it breaks off, and gives out each of its assets once', async () => {
      const { assets, calls, slept } = await breakingOff(700_000, 900_000);
      expect([calls, slept]).toEqual([3, [200, 400]]);
      expect(assets.map(({ name }) => name.split('/').at(-1))).toEqual(
        Array.from({ length: SIZE }, (_, n) => `n${n}`),
      );
    });

    it('fails as a whole when it breaks off again and again', async () => {
      await expect(breakingOff(700_000, 800_000, 850_000, 900_000)).rejects.toThrow(
        /broke in the middle of a page/,
      );
    });
  });
});
