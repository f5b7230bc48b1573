import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readZipEntry } from '../../../reconciler/tools/zip.ts';
import { zipOf } from './release.ts';

const bytes = fc.uint8Array({ maxLength: 2_000 }).map((value) => Buffer.from(value));

describe('reading a zip', () => {
  it('gives back what was put in, stored or deflated', () => {
    fc.assert(
      fc.property(
        bytes,
        bytes,
        fc.constantFrom('stored' as const, 'deflated' as const),
        (one, two, method) => {
          const zip = zipOf({ one, 'a/two': two }, method);
          expect(readZipEntry(zip, 'one').equals(one)).toBe(true);
          expect(readZipEntry(zip, 'a/two').equals(two)).toBe(true);
        },
      ),
    );
  });

  it('throws an error of its own for every truncated archive', () => {
    const zip = zipOf({ program: Buffer.alloc(500, 'plumb') });
    for (let length = 0; length < zip.length; length += 1) {
      expect(() => readZipEntry(zip.subarray(0, length), 'program')).toThrow(/zip archive/);
    }
  });
});
