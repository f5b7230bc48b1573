/** What the local cloud is told: the images it may "run", the repositories it serves, the tools its builds find. */
import { join } from 'node:path';
import { LOCAL_IDENTITIES, LOCAL_PLATFORM } from '../platform-settings.ts';
import { packageRoot, program } from './paths.ts';

export interface CloudConfigInput {
  readonly port: number;
  readonly dataDir: string;
  readonly speed: number;
  /** Base URL of the store's Spanner REST endpoint. */
  readonly spanner: string;
  /** Name → absolute path. */
  readonly tools: Readonly<Record<string, string>>;
  /** Where the job finds this local cloud. */
  readonly infoFile: string;
}

/** The repository of the example records. */
const EXAMPLE_REPOSITORY = 'https://source.example.com/hello.git';

const JOB_IMAGE = `${LOCAL_PLATFORM.region}-docker.pkg.dev/${LOCAL_PLATFORM.project}/plumbline/job`;

/** As local-cloud/core/config.ts reads it; JSON is all the two sides share. */
export function cloudConfig(input: CloudConfigInput): Readonly<Record<string, unknown>> {
  return {
    port: input.port,
    dataDir: input.dataDir,
    speed: input.speed,
    spanner: input.spanner,
    tools: input.tools,
    images: [
      {
        image: LOCAL_PLATFORM.stepsImage.replace(/:[^:/]*$/, ''),
        entrypoint: [process.execPath, program('cloudbuild-steps/main')],
      },
      {
        image: JOB_IMAGE,
        // A task of the local Cloud Run has no folder of ours to find the local cloud from.
        entrypoint: [
          '/usr/bin/env',
          `PLUMBLINE_LOCAL=${input.infoFile}`,
          process.execPath,
          program('reconciler/job'),
        ],
      },
    ],
    repositories: [
      { url: EXAMPLE_REPOSITORY, folder: join(packageRoot(), 'desired-state', 'examples', 'hello') },
    ],
    viewers: [LOCAL_IDENTITIES.observe],
    stopWithStdin: true,
  };
}
