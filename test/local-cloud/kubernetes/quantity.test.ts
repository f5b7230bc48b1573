import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalQuantity, quantityValue } from '../../../local-cloud/kubernetes/quantity.ts';

describe('canonicalQuantity', () => {
  it.each([
    ['1000m', '1'],
    ['0.5', '500m'],
    ['1500m', '1500m'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['2000000Ki', '2000000Ki'],
    ['1G', '1G'],
    ['30.0', '30'],
    ['0', '0'],
    ['0.5Ki', '512'],
    ['0.1Gi', '107374182400m'],
    ['1e3', '1e3'],
    ['1000k', '1M'],
    ['0.0000000001', '1n'],
    ['-2000m', '-2'],
    [8, '8'],
  ])('%s is printed as %s', (given, want) => {
    expect(canonicalQuantity(given)).toBe(want);
  });

  it.each(['', '1 Gi', 'one', '1Zi', '1.2.3'])('refuses %j', (text) => {
    expect(() => canonicalQuantity(text)).toThrow('quantities must match');
  });

  it('keeps the value and needs printing only once', () => {
    const suffixes = fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e3');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), suffixes, (number, suffix) => {
        const printed = canonicalQuantity(`${number}${suffix}`);
        expect(canonicalQuantity(printed)).toBe(printed);
        expect(quantityValue(printed)).toBe(quantityValue(`${number}${suffix}`));
      }),
    );
  });
});
