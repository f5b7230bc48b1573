/** One build from its first second of work to its last: source, secrets, steps, images, clean-up. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { writeCa } from '../kubernetes/certificates.ts';
import { imageName } from './builders.ts';
import type { BuildResults, Failure } from './model.ts';
import { scratchOf, type Scratch } from './mounts.ts';
import { pushImages } from './push-images.ts';
import { repositories } from './repositories.ts';
import { readOutput } from './run-step.ts';
import { runSteps, type StepState } from './run-steps.ts';
import { readSecrets } from './secrets.ts';
import { fetchSource } from './source.ts';
import { buildEnvironment } from './step-env.ts';
import { startMetadataServer } from './metadata-server.ts';
import { phase, PhaseFailed, timed, type Prepared, type Work } from './work.ts';

/** Does the work. Undefined when it went well, and when it was aborted, which the caller knows. */
export async function runBuild(work: Work): Promise<Failure | undefined> {
  const { cloud, build, log, signal } = work;
  const scratch = scratchOf(resolve(cloud.config.dataDir, 'builds', build.id, 'scratch'));
  for (const folder of Object.values<string>({ ...scratch })) mkdirSync(folder, { recursive: true });
  const metadata = await startMetadataServer(work.email, build.projectId, work.location);
  log.line(`starting build "${build.id}"`);
  let failure: Failure | undefined;
  try {
    failure = await phases(work, scratch, metadata.host);
  } catch (error) {
    if (!(error instanceof PhaseFailed)) throw error;
    failure = error.failure;
  } finally {
    await metadata.close();
    // A process that left its group may still be writing; it must not turn a good build into a failed one.
    await rm(scratch.root, { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) =>
      cloud.log('warn', `cloudbuild: ${String(error)}`),
    );
  }
  if (signal.aborted) return undefined;
  log.line(failure ? `ERROR: ${failure.detail}` : 'DONE');
  return failure;
}

async function phases(work: Work, scratch: Scratch, metadataHost: string): Promise<Failure | undefined> {
  const { cloud, build, request, log, signal } = work;
  // A cluster made by this very build will show a certificate of this authority.
  await writeCa(cloud.config.dataDir);
  const identity = { ...work, project: build.projectId, metadataHost };
  const environment = await buildEnvironment(cloud, identity, scratch);
  const prepared: Prepared = { ...work, scratch, environment };
  const secrets = await phase('FAILURE_TYPE_UNSPECIFIED', () => readSecrets(cloud, request, work.email));
  const fetched = await timed(work, 'FETCHSOURCE', () =>
    phase('FETCH_SOURCE_FAILED', () => fetchInto(prepared)),
  );
  if (fetched.provenance) build['sourceProvenance'] = fetched.provenance;
  const context = {
    cloud,
    buildId: build.id,
    scratch,
    directory: fetched.directory,
    email: work.email,
    environment,
    secrets,
    substitutions: work.substitutions,
    options: request.options,
  };
  log.line('BUILD');
  const { states, failure } = await timed(work, 'BUILD', () => runSteps(context, request, log, signal));
  const results = resultsOf(work, scratch);
  build.results = results;
  showSteps(work, states);
  if (failure || signal.aborted || request.images.length === 0) return failure;
  log.line('PUSH');
  await timed(work, 'PUSH', () => pushImages(prepared, results));
  return undefined;
}

async function fetchInto({ cloud, request, scratch, environment, log, signal }: Prepared) {
  log.line('FETCHSOURCE');
  await repositories(cloud).ready();
  return fetchSource(request.source, { cloud, scratch, env: environment, log: log.unnumbered(), signal });
}

function resultsOf({ request }: Work, scratch: Scratch): BuildResults {
  return {
    images: [],
    // There are no image contents here, so the digest is derived from the name.
    buildStepImages: request.steps.map(
      ({ name }) => `sha256:${createHash('sha256').update(imageName(name)).digest('hex')}`,
    ),
    buildStepOutputs: request.steps.map((_, index) => readOutput(scratch, index)),
  };
}

/** Cloud Build shows how its steps went only when the build is over. */
function showSteps({ build }: Work, states: readonly StepState[]): void {
  build.steps = build.steps.map((step, index) => ({ ...step, ...states[index] }));
}
