/** The law that keeps the alarm quiet, for as many worlds as one has time for. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { findingKey } from '../../reconciler/model.ts';
import { anyRichTenant, findingsIn, noise, wantsOf, worldOf } from '../support/worlds.ts';

/** Worlds made of one record. */
const WORLDS_EACH = 5;

/** Worlds equal to what is wanted, in every spelling an API may give, hold no finding. */
export function holdsForEqualWorlds(worlds: number): void {
  fc.assert(
    fc.property(anyRichTenant, fc.integer(), (tenant, seed) => {
      const wants = wantsOf(tenant);
      for (let world = 0; world < WORLDS_EACH; world += 1) {
        expect(findingsIn(wants, worldOf(wants, noise(seed + world))).map(findingKey)).toEqual([]);
      }
    }),
    { numRuns: worlds / WORLDS_EACH },
  );
}
