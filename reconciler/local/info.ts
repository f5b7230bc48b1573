/** The info file of a running local cloud: how `plumb` and the demo find what `plumb local up` started. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { birthOf } from './process-birth.ts';

const storeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('spanner'), database: z.string(), emulatorHost: z.string() }),
  z.object({ kind: z.literal('embedded'), file: z.string() }),
]);

const infoSchema = z.object({
  pid: z.int().positive(),
  /** When the process began, in its system's own words; a recycled pid does not have it. */
  birth: z.string(),
  /** Base URL per service. */
  endpoints: z.record(z.string(), z.string()),
  /** PEM of the authority that signs the clusters' certificates. */
  caFile: z.string(),
  store: storeSchema,
  /** `host:port`; null with the embedded store. */
  spannerEmulatorHost: z.string().nullable(),
  startedAt: z.string(),
});

export type LocalStore = z.infer<typeof storeSchema>;
export type LocalInfo = z.infer<typeof infoSchema>;

/** Where `plumb local up` keeps everything of its own, below the current folder. */
export const DEFAULT_DATA_DIR = '.plumbline';
export const DEFAULT_INFO_FILE = join(DEFAULT_DATA_DIR, 'local.json');

export const infoFileOf = (dataDir: string): string => join(dataDir, 'local.json');

/** What the file says; undefined when there is none. Throws when it is not one of ours. */
export function readInfo(file: string): LocalInfo | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const parsed = infoSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new Error(
    `${file} is not the info file of a local cloud; remove it and run \`plumb local up\` again`,
  );
}

export function writeInfo(file: string, info: LocalInfo): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(info, null, 2)}\n`);
}

export const removeInfo = (file: string): void => rmSync(file, { force: true });

/** True while the very process that wrote the file still runs. */
export const isRunning = (info: Pick<LocalInfo, 'pid' | 'birth'>): boolean =>
  birthOf(info.pid) === info.birth;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
