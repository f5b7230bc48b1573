/** The committed README says what the code does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { readme } from '../../local-cloud/readme.ts';

it('local-cloud/README.md is what `node scripts/local-cloud-readme.ts` writes', async () => {
  const path = join(import.meta.dirname, '../../local-cloud/README.md');
  const want = await format(readme(), { ...(await resolveConfig(path)), parser: 'markdown' });
  expect(readFileSync(path, 'utf8')).toBe(want);
});
