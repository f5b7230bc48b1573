/** Writes the JSON Schema of notifications into the repository: `node scripts/notification-schema.ts` after a change. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { recordedNotificationSchema } from '../reconciler/notify/schema.ts';

const path = join(import.meta.dirname, '..', recordedNotificationSchema.path);
await mkdir(dirname(path), { recursive: true });
await writeFile(path, recordedNotificationSchema.text());
process.stdout.write(`${recordedNotificationSchema.path}\n`);
