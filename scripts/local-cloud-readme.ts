/** Writes local-cloud/README.md from the method tables: `node scripts/local-cloud-readme.ts` after a method changed. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { readme } from '../local-cloud/readme.ts';

const path = join(import.meta.dirname, '..', 'local-cloud', 'README.md');
await writeFile(path, await format(readme(), { ...(await resolveConfig(path)), parser: 'markdown' }));
process.stdout.write('local-cloud/README.md\n');
