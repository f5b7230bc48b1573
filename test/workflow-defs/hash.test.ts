/** Our SHA-256 against published vectors and Node's own. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../../workflow-defs/hash.ts';

test.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
])('gives the digest FIPS 180-4 gives for %j', (text, digest) => {
  expect(sha256(text)).toBe(digest);
});

test('agrees with Node for any text of any length', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    // Every way the padding can fall around the 64-byte blocks.
    fc.nat(200).map((n) => 'a'.repeat(n)),
  );
  fc.assert(
    fc.property(text, (value) => {
      expect(sha256(value)).toBe(createHash('sha256').update(value, 'utf8').digest('hex'));
    }),
    { numRuns: 500 },
  );
});
