/** Writes the JSON Schema of workflow test files: `node scripts/workflow-test-schema.ts` after a change of test-file.ts. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recordedTestSchema } from '../local-cloud/workflows/tools/test-file.ts';

await writeFile(join(import.meta.dirname, '..', recordedTestSchema.path), recordedTestSchema.text());
process.stdout.write(`${recordedTestSchema.path}\n`);
