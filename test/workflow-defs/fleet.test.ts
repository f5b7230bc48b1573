/** As many random records as the ordinary run affords; ten thousand are in `test/long`. */
import { test } from 'vitest';
import { needsFewDefinitions } from './fleet-law.ts';

test('a fleet of 2,000 random records needs a few definitions, with no text of any tenant', () => {
  needsFewDefinitions(2_000);
});
