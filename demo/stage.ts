/** What the story plays on: the running local cloud, the clients of a pass, and a few looks at the world. */
import { execa } from 'execa';
import { connect } from '../reconciler/clouds/connect.ts';
import { follow, type Followed } from '../reconciler/follow.ts';
import type { Platform, RunReport, TenantStatus } from '../reconciler/model.ts';
import type { Ports } from '../reconciler/ports.ts';
import { program } from '../reconciler/local/paths.ts';
import { startLocal, type RunningLocal } from '../reconciler/local/start.ts';
import { loadSettings } from '../reconciler/settings.ts';
import type { Progress } from './progress.ts';

export interface Stage {
  readonly local: RunningLocal;
  readonly platform: Platform;
  readonly ports: Ports;
  readonly progress: Progress;
  readonly folder: string;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly dataDir: string;
  readonly store: 'spanner' | 'embedded' | undefined;
  readonly progress: Progress;
}

/** Cloud time runs this much faster than the wall: a GKE cluster's five minutes become half a second. */
const SPEED = 600;

export async function setStage({ dataDir, store, progress }: StageOptions): Promise<Stage> {
  const local = await startLocal({
    dataDir,
    speed: SPEED,
    onProgress: (line) => progress.live(line),
    ...(store !== undefined && { store }),
  });
  try {
    const settings = loadSettings({ flags: {}, env: { PLUMBLINE_LOCAL: local.infoFile }, cwd: dataDir });
    const platform = settings.platform();
    const ports = await connect({ ...settings, platform });
    return {
      local,
      platform,
      ports,
      progress,
      folder: dataDir,
      close: async () => {
        // Clients first: a Spanner client whose emulator is gone retries for half a minute.
        await ports.store.close();
        await local.stop();
      },
    };
  } catch (error) {
    await local.stop();
    throw error;
  }
}

/** One pass, by the very program that Cloud Run starts, in a process of its own. */
export async function runPass(
  stage: Stage,
  runId: string,
  options: { dryRun?: boolean } = {},
): Promise<RunReport> {
  const result = await execa(
    process.execPath,
    [program('reconciler/job'), ...(options.dryRun ? ['--dry-run'] : []), '--print-report'],
    {
      env: { PLUMBLINE_LOCAL: stage.local.infoFile, PLUMBLINE_RUN_ID: runId, NODE_NO_WARNINGS: '1' },
      reject: false,
      timeout: 120_000,
    },
  );
  if (result.exitCode !== 0) {
    throw new Error(
      `the job ended with ${result.exitCode ?? 'a signal'}: ${result.stderr.split('\n').slice(-3).join(' ')}`,
    );
  }
  return JSON.parse(result.stdout) as RunReport;
}

/** Waits for every execution of these tenants, telling their statuses; the sequence each went through. */
export async function watch(
  stage: Stage,
  tenants: readonly string[],
): Promise<{ ended: Followed[]; statuses: Map<string, TenantStatus[]> }> {
  const statuses = new Map<string, TenantStatus[]>();
  const now = new Map<string, TenantStatus>();
  const ended = await follow(stage.ports, tenants, {
    everyMs: 100,
    onStatus: (tenant, status) => {
      statuses.set(tenant, [...(statuses.get(tenant) ?? []), status]);
      now.set(tenant, status);
      stage.progress.live([...now].map(([name, at]) => `${name} ${at}`).join('   '));
    },
  });
  for (const item of ended) {
    const path = statuses.get(item.tenant)?.join(' → ') ?? String(item.status);
    stage.progress.line(`${item.tenant}: ${path}${item.error === null ? '' : ` (${item.error})`}`);
  }
  return { ended, statuses };
}

/** Everything the local cloud still holds of a project: resources of every API, and the tenant's folder in the state bucket. */
export async function leftOf(stage: Stage, tenant: string, project: string): Promise<string[]> {
  const { endpoints } = stage.local;
  const resources = (await getJson(`${endpoints['control']}/resources?project=${project}`)) as {
    resources: { name: string }[];
  };
  const bucket = stage.platform.stateBucket;
  const objects = (await getJson(
    `${endpoints['storage']}/storage/v1/b/${bucket}/o?prefix=${encodeURIComponent(`tenants/${tenant}/`)}`,
  )) as { items?: { name: string }[] };
  return [
    ...resources.resources.map(({ name }) => name),
    ...(objects.items ?? []).map(({ name }) => `gs://${bucket}/${name}`),
  ];
}

/** Names of the workflow definitions that are deployed. */
export async function definitions(stage: Stage): Promise<string[]> {
  const { project, region } = stage.platform;
  const list = (await getJson(
    `${stage.local.endpoints['workflows']}/v1/projects/${project}/locations/${region}/workflows`,
  )) as { workflows?: { name: string }[] };
  return (list.workflows ?? []).map(({ name }) => name.split('/').at(-1) ?? name);
}

/** Tags of all builds the platform's project ran, to see which steps an execution took. */
export async function buildTags(stage: Stage): Promise<string[]> {
  const { project, region } = stage.platform;
  const list = (await getJson(
    `${stage.local.endpoints['cloudbuild']}/v1/projects/${project}/locations/${region}/builds?pageSize=100`,
  )) as { builds?: { tags?: string[] }[] };
  return (list.builds ?? []).flatMap(({ tags }) => tags ?? []);
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${url}: HTTP ${response.status} ${text.slice(0, 200)}`);
  return JSON.parse(text) as unknown;
}
