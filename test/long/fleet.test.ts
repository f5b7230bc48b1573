/** The whole fleet's worth of random records. */
import { test } from 'vitest';
import { needsFewDefinitions } from '../workflow-defs/fleet-law.ts';

test('a fleet of 10,000 random records needs a few definitions, with no text of any tenant', () => {
  needsFewDefinitions(10_000);
});
