/** The world one attempt of a task runs in: Cloud Run's variables, the job's own, its identity, the way to this cloud. */
import { mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { startMetadataServer } from '../cloudbuild/metadata-server.ts';
import { scratchOf } from '../cloudbuild/mounts.ts';
import { buildEnvironment, stepEnvironment } from '../cloudbuild/step-env.ts';
import type { Cloud } from '../core/cloud.ts';
import { PLATFORM_PROJECT, projectId } from '../core/projects.ts';
import { payloadOf, requireVersion } from '../secretmanager/versions.ts';
import type { EnvVariable, TaskSpec } from './spec.ts';

export interface TaskPlace {
  readonly project: string;
  readonly location: string;
  readonly job: string;
  readonly execution: string;
  readonly index: number;
  readonly attempt: number;
}

export interface TaskWorld {
  readonly env: Record<string, string>;
  readonly cwd: string;
  /** Ends its metadata server and removes its folder. */
  close(): Promise<void>;
}

/** Makes the world of one attempt. Rejects with what Secret Manager says about a secret that cannot be read. */
export async function taskWorld(cloud: Cloud, spec: TaskSpec, place: TaskPlace): Promise<TaskWorld> {
  const own = Object.fromEntries(spec.env.map((entry) => [entry.name, valueOf(cloud, place.project, entry)]));
  const folder = resolve(cloud.config.dataDir, 'run', `${place.execution}-${place.index}`);
  const scratch = scratchOf(folder);
  for (const path of [scratch.workspace, scratch.home, scratch.temporary])
    mkdirSync(path, { recursive: true });
  const email = spec.serviceAccount ?? `default@${PLATFORM_PROJECT}.iam.gserviceaccount.com`;
  const metadata = await startMetadataServer(email, place.project, place.location);
  const identity = { email, project: place.project, location: place.location, network: undefined };
  const close = async () => {
    await metadata.close();
    rmSync(folder, { recursive: true, force: true });
  };
  // A task runs in the same kind of container as a build step, so it gets the same environment.
  const build = buildEnvironment(cloud, { ...identity, metadataHost: metadata.host }, scratch);
  const common = await build.catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const local = process.env['PLUMBLINE_LOCAL'];
  return {
    cwd: scratch.workspace,
    env: stepEnvironment(
      { ...(local !== undefined && { PLUMBLINE_LOCAL: local }), ...own },
      {
        ...common,
        CLOUD_RUN_JOB: place.job,
        CLOUD_RUN_EXECUTION: place.execution,
        CLOUD_RUN_TASK_INDEX: String(place.index),
        CLOUD_RUN_TASK_COUNT: String(spec.taskCount),
        CLOUD_RUN_TASK_ATTEMPT: String(place.attempt),
      },
    ),
    close,
  };
}

function valueOf(cloud: Cloud, project: string, variable: EnvVariable): string {
  if ('value' in variable) return variable.value;
  const [, other, id] = /^projects\/([^/]+)\/secrets\/([^/]+)$/.exec(variable.secret) ?? [];
  const owner = projectId(cloud, other ?? project);
  const secret = cloud.resources.require(
    `secretmanager.googleapis.com/projects/${owner}/secrets/${id ?? variable.secret}`,
  );
  return payloadOf(cloud, requireVersion(cloud, secret, variable.version)).toString();
}
