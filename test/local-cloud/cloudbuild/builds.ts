/** A cloud that can build, and the few calls these suites make: create a build, wait for its end, read its log. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artifactRegistryService } from '../../../local-cloud/artifactregistry/service.ts';
import { cloudBuildService } from '../../../local-cloud/cloudbuild/service.ts';
import { secretManagerService } from '../../../local-cloud/secretmanager/service.ts';
import { storageService } from '../../../local-cloud/storage/service.ts';
import { bareCloud, type Answer, type BareCloud } from '../../support/bare-cloud.ts';

export const PROJECT = 'acme-prod';
export const LOCATION = 'us-central1';
export const BUILDS = `/v1/projects/${PROJECT}/locations/${LOCATION}/builds`;

interface BuiltStep {
  readonly status: string;
  readonly exitCode?: number;
  readonly timing?: { startTime: string; endTime: string };
}

export interface Built {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly statusDetail?: string;
  readonly failureInfo?: { type: string; detail: string };
  readonly steps: BuiltStep[];
  readonly results?: { images: { name: string; digest: string }[]; buildStepOutputs: string[] };
  readonly logUrl: string;
  readonly startTime: string;
  readonly finishTime: string;
  readonly timing: object;
}

export interface BuildCloud extends BareCloud {
  readonly dataDir: string;
  /** Answers the create call. */
  create(build: object): Promise<Answer>;
  /** Creates a build that must be accepted; its id. */
  start(build: object): Promise<string>;
  /** Creates a build of these steps and waits for its end. */
  run(build: object): Promise<Built>;
  get(id: string): Promise<Built>;
  /** Asks until the build satisfies `until`, by default until it is over and its steps are shown. */
  wait(id: string, until?: (build: Built) => boolean): Promise<Built>;
  log(id: string): Promise<string>;
}

const OVER = ['SUCCESS', 'FAILURE', 'TIMEOUT', 'CANCELLED', 'EXPIRED', 'INTERNAL_ERROR'];

/** A shell step; `sh` is found on every machine these tests run on. */
export const shell = (script: string, more: object = {}): object => ({
  name: 'ubuntu',
  entrypoint: 'sh',
  // `$` would be a substitution.
  args: ['-c', script.replaceAll('$', '$$$$')],
  ...more,
});

export async function buildCloud(settings: Record<string, unknown> = {}): Promise<BuildCloud> {
  const dataDir = mkdtempSync(join(tmpdir(), 'plumb-build-'));
  const services = [storageService, artifactRegistryService, secretManagerService, cloudBuildService];
  const bare = await bareCloud(services, { dataDir, speed: 1000, ...settings });
  const create = (build: object) => bare.call('cloudbuild', 'POST', BUILDS, build);
  const get = async (id: string) =>
    (await bare.call('cloudbuild', 'GET', `${BUILDS}/${id}`)).body as unknown as Built;
  const start = async (build: object) => {
    const { status, body } = await create(build);
    if (status !== 200) throw new Error(`refused: ${JSON.stringify(body)}`);
    return (body['metadata'] as { build: { id: string } }).build.id;
  };
  const wait = async (id: string, until = (build: Built) => OVER.includes(build.status)) => {
    for (;;) {
      const build = await get(id);
      if (until(build)) return build;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return {
    ...bare,
    dataDir,
    create,
    start,
    get,
    wait,
    run: async (build) => wait(await start(build)),
    log: async (id) => (await fetch(`${bare.cloud.endpoints['cloudbuild']!}/local/builds/${id}/log`)).text(),
    close: async () => {
      await bare.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What step `index` wrote as its output. */
export const outputOf = (build: Built, index: number): string =>
  Buffer.from(build.results?.buildStepOutputs[index] ?? '', 'base64').toString();
