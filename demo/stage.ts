/** What the story plays on: the running local cloud, the clients of a pass, and a few looks at the world. */
import { randomUUID } from 'node:crypto';
import { connect } from '../reconciler/clouds/connect.ts';
import { follow, type Followed } from '../reconciler/follow.ts';
import type { Platform, RunReport, TenantStatus } from '../reconciler/model.ts';
import type { Ports } from '../reconciler/ports.ts';
import { startLocal, type RunningLocal } from '../reconciler/local/start.ts';
import { reconcile } from '../reconciler/reconcile.ts';
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
    await deployJob({ local, platform });
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

/** The Cloud Run job that a schedule would start, as `cloudbuild.yaml` deploys it. */
async function deployJob({ local, platform }: Pick<Stage, 'local' | 'platform'>): Promise<void> {
  const image = `${platform.region}-docker.pkg.dev/${platform.project}/plumbline/job:dev`;
  await call('POST', `${jobsOf(local, platform)}?jobId=${JOB}`, {
    template: { template: { maxRetries: 0, containers: [{ image }] } },
  });
}

const JOB = 'plumbline';

const jobsOf = (local: RunningLocal, platform: Platform): string =>
  `${local.endpoints['run'] ?? ''}/v2/projects/${platform.project}/locations/${platform.region}/jobs`;

/** One pass, by the job, in a process that the local Cloud Run starts. */
export async function runPass(stage: Stage, runId: string): Promise<RunReport> {
  const job = `${jobsOf(stage.local, stage.platform)}/${JOB}`;
  const overrides = { containerOverrides: [{ env: [{ name: 'PLUMBLINE_RUN_ID', value: runId }] }] };
  const operation = (await call('POST', `${job}:run`, { overrides })) as { metadata: { name: string } };
  const execution = `${stage.local.endpoints['run'] ?? ''}/v2/${operation.metadata.name}`;
  for (;;) {
    const state = (await call('GET', execution)) as {
      succeededCount?: number;
      failedCount?: number;
      logUri?: string;
    };
    if ((state.failedCount ?? 0) > 0)
      throw new Error(`the job failed; its log is at ${state.logUri ?? execution}`);
    if ((state.succeededCount ?? 0) > 0) break;
    await stage.ports.clock.sleep(100);
  }
  const report = await stage.ports.store.getRun(runId);
  if (report === undefined) throw new Error(`the job ended well but left no run ${runId}`);
  return report;
}

/** A look without acting: nothing is launched, nothing is written. */
export const look = (stage: Stage): Promise<RunReport> =>
  reconcile(stage.ports, { platform: stage.platform, dryRun: true, runId: randomUUID() });

/** Waits for every execution of these tenants, telling the statuses each goes through. */
export async function watch(stage: Stage, tenants: readonly string[]): Promise<Followed[]> {
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
  for (const { tenant, error } of ended) {
    const path = (statuses.get(tenant) ?? []).join(' → ');
    stage.progress.line(`${tenant}: ${path}${error === null ? '' : ` (${error})`}`);
  }
  return ended;
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

const getJson = (url: string): Promise<unknown> => call('GET', url);

async function call(method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: HTTP ${response.status} ${text.slice(0, 200)}`);
  return JSON.parse(text) as unknown;
}
