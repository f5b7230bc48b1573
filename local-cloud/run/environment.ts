/** What a task finds in its environment: Cloud Run's variables, the job's own, and the way to the local cloud. */
import { delimiter, dirname } from 'node:path';
import type { Cloud } from '../core/cloud.ts';
import { mintToken } from '../core/identity.ts';
import { PLATFORM_PROJECT, projectId } from '../core/projects.ts';
import { payloadOf, requireVersion } from '../secretmanager/versions.ts';
import type { EnvVariable, TaskSpec } from './spec.ts';

export interface TaskPlace {
  readonly project: string;
  readonly job: string;
  readonly execution: string;
  readonly index: number;
  readonly attempt: number;
}

/** The machine's own variables a process cannot do without; everything else of ours stays away from it. */
const INHERITED = ['HOME', 'LANG', 'TMPDIR', 'TZ'];

/** The whole environment of one attempt. Throws what Secret Manager says about a secret that cannot be read. */
export function taskEnvironment(cloud: Cloud, spec: TaskSpec, place: TaskPlace): Record<string, string> {
  const folders = [
    ...Object.values(cloud.config.tools).map((path) => dirname(path)),
    process.env['PATH'] ?? '',
  ];
  const account = spec.serviceAccount ?? `default@${PLATFORM_PROJECT}.iam.gserviceaccount.com`;
  return {
    ...Object.fromEntries(
      INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ),
    PATH: folders.join(delimiter),
    // In Google Cloud the metadata server answers these two; a process here has no other way to its identity.
    GOOGLE_CLOUD_PROJECT: place.project,
    GOOGLE_OAUTH_ACCESS_TOKEN: mintToken(account),
    PLUMBLINE_LOCAL_ENDPOINTS: JSON.stringify(cloud.endpoints),
    ...Object.fromEntries(
      spec.env.map((variable) => [variable.name, valueOf(cloud, place.project, variable)]),
    ),
    CLOUD_RUN_JOB: place.job,
    CLOUD_RUN_EXECUTION: place.execution,
    CLOUD_RUN_TASK_INDEX: String(place.index),
    CLOUD_RUN_TASK_COUNT: String(spec.taskCount),
    CLOUD_RUN_TASK_ATTEMPT: String(place.attempt),
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
