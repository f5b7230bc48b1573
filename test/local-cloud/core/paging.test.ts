/** Laws of paging that every list method of the local cloud leans on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageOf, pageToken } from '../../../local-cloud/core/paging.ts';

const limits = { standard: 3, max: 5, key: (item: string) => item };
const names = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 20 })
  .map((list) => list.sort());

function all(items: () => string[], size: number): string[] {
  const found: string[] = [];
  for (let token: string | undefined = ''; token !== undefined;) {
    const page: { items: string[]; nextPageToken?: string } = pageOf(
      items(),
      { size: String(size), token },
      limits,
    );
    found.push(...page.items);
    token = page.nextPageToken;
  }
  return found;
}

describe('paging', () => {
  it('gives every item once, in order, for any page size', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 0, max: 9 }), (items, size) => {
        expect(all(() => items, size)).toEqual(items);
      }),
    );
  });

  it('neither repeats nor drops what stays when other items come and go between pages', () => {
    fc.assert(
      fc.property(names, names, (items, others) => {
        const stay = items.filter((item) => !others.includes(item));
        let here = false;
        const found = all(() => {
          here = !here;
          return (here ? [...stay, ...others] : [...stay]).sort();
        }, 2);
        expect(found.filter((item) => stay.includes(item))).toEqual(stay);
      }),
    );
  });

  it('cuts a size above the maximum, or refuses it, as the service does', () => {
    const items = ['a', 'b', 'c', 'd', 'e', 'f'];
    expect(pageOf(items, { size: '99' }, limits).items).toHaveLength(5);
    expect(() => pageOf(items, { size: '99' }, { ...limits, above: 'refuse' })).toThrow('page size');
    expect(() => pageOf(items, { size: '-1' }, limits)).toThrow('page size');
  });

  it('gives no token with the last page, and refuses one that is not ours', () => {
    expect(pageOf(['a', 'b', 'c'], {}, limits).nextPageToken).toBeUndefined();
    expect(pageOf(['a', 'b'], { token: pageToken('b') }, limits)).toEqual({ items: [] });
    expect(() => pageOf(['a'], { token: 'zzz' }, limits)).toThrow('not valid');
  });
});
