/** CRC-32C against the published check values (RFC 3720 appendix B.4). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c, crc32cBase64 } from '../../../local-cloud/core/crc32c.ts';

describe('crc32c', () => {
  it('gives the check values of RFC 3720', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  });

  it('prints as Cloud Storage does', () => {
    expect(crc32cBase64(Buffer.from(''))).toBe('AAAAAA==');
    expect(crc32cBase64(Buffer.from('123456789'))).toBe('4waSgw==');
  });

  it('gives the same sum for the whole and for its parts one after the other', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(crc32c(b, crc32c(a))).toBe(crc32c(Buffer.concat([a, b])));
      }),
    );
  });
});
