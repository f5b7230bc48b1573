/** Writes the report's JSON Schema into the repository: `node scripts/report-schema.ts` after a change of the model. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { recordedReportSchema } from '../reconciler/report/schema.ts';

const path = join(import.meta.dirname, '..', recordedReportSchema.path);
await mkdir(dirname(path), { recursive: true });
await writeFile(path, recordedReportSchema.text());
process.stdout.write(`${recordedReportSchema.path}\n`);
