/** Writes the record's JSON Schema into the repository: `node scripts/record-schema.ts` after a change of tenant.ts. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { recordedSchema } from '../desired-state/json-schema.ts';

const path = join(import.meta.dirname, '..', recordedSchema.path);
await mkdir(dirname(path), { recursive: true });
await writeFile(path, recordedSchema.text());
process.stdout.write(`${recordedSchema.path}\n`);
