/**
 * Starts everything a person needs to run Plumbline on one machine: tools, store with its REST side, the local cloud,
 * and what a platform project holds before the first pass. `plumb local up` and the demo both stand on it.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findTool, type ToolName } from '../tools/find.ts';
import { cloudConfig } from './cloud-config.ts';
import { startCloudProcess } from './cloud-process.ts';
import { infoFileOf, removeInfo, writeInfo, type LocalInfo, type LocalStore } from './info.ts';
import { lockDataDir } from './lock.ts';
import { preparePlatform } from './prepare.ts';
import { birthOf } from './process-birth.ts';
import { startStore } from './store.ts';

export interface LocalOptions {
  /** Everything of this local cloud is below it; one runs per folder. */
  readonly dataDir: string;
  /** First port of the block the services listen on; 0 or left out: free ones. */
  readonly port?: number;
  /** How many times as fast as the wall cloud time runs. Default 1. */
  readonly speed?: number;
  /** Default: the Spanner emulator when there is one, else the embedded store. */
  readonly store?: 'spanner' | 'embedded';
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** One line for people; the local cloud's own log lines too. */
  readonly onProgress?: (line: string) => void;
}

type LocalTools = Readonly<Record<ToolName, string>>;

export interface RunningLocal {
  /** Base URL per service. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly info: LocalInfo;
  readonly infoFile: string;
  readonly store: LocalStore;
  /** Absolute paths. */
  readonly tools: LocalTools;
  /** Resolves with the reason when the local cloud ends without being asked to. */
  readonly ended: Promise<string>;
  /** Ends everything that was started, last first; safe to call twice. */
  stop(): Promise<void>;
}

/** Throws ToolMissing, StoreError or LocalError; what was started until then has been ended again. */
export async function startLocal(options: LocalOptions): Promise<RunningLocal> {
  const undo: (() => void | Promise<void>)[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= unwind(undo));
  try {
    return { ...(await start(options, undo)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function unwind(undo: (() => void | Promise<void>)[]): Promise<void> {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
}

async function start(
  options: LocalOptions,
  undo: (() => void | Promise<void>)[],
): Promise<Omit<RunningLocal, 'stop'>> {
  const { env = process.env, onProgress = () => undefined } = options;
  const dataDir = resolve(options.dataDir);
  const infoFile = infoFileOf(dataDir);
  undo.push(lockDataDir(dataDir));

  const tools = await findTools(env, onProgress);
  const store = await startStore({ dataDir, env, ...(options.store && { kind: options.store }) });
  undo.push(() => store.stop());
  onProgress(`store: ${store.description}`);

  const cloudDir = join(dataDir, 'cloud');
  const configFile = join(dataDir, 'cloud.json');
  const config = cloudConfig({
    port: options.port ?? 0,
    dataDir: cloudDir,
    speed: options.speed ?? 1,
    spanner: store.restUrl,
    tools,
    infoFile,
  });
  await mkdir(cloudDir, { recursive: true });
  await writeFile(configFile, `${JSON.stringify(config, null, 2)}\n`);
  const cloud = await startCloudProcess(configFile, onProgress);
  undo.push(() => cloud.stop());
  await preparePlatform(cloud.endpoints);

  const info: LocalInfo = {
    pid: process.pid,
    birth: birthOf(process.pid) ?? '',
    endpoints: cloud.endpoints,
    caFile: join(cloudDir, 'ca.pem'),
    store: store.settings,
    spannerEmulatorHost: store.settings.kind === 'spanner' ? store.settings.emulatorHost : null,
    startedAt: new Date().toISOString(),
  };
  undo.push(() => removeInfo(infoFile));
  writeInfo(infoFile, info);
  return { endpoints: cloud.endpoints, info, infoFile, store: store.settings, tools, ended: cloud.ended };
}

async function findTools(
  env: Readonly<Record<string, string | undefined>>,
  onProgress: (line: string) => void,
): Promise<LocalTools> {
  const find = async (name: ToolName) => (await findTool(name, { env, onProgress })).path;
  const [terraform, kubectl, git] = await Promise.all([find('terraform'), find('kubectl'), find('git')]);
  return { terraform, kubectl, git };
}
