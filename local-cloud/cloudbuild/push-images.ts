/** Pushes the images a build names, after its steps, with the docker stand-in's own push. */
import { timestamp } from '../core/clock.ts';
import { LocalImages, withTag } from './docker/images.ts';
import { NoSuchImage, pushImage, PushRefused } from './docker/push.ts';
import type { BuildResults, FailureType } from './model.ts';
import { PhaseFailed, type Prepared } from './work.ts';

/** Pushes them one after the other into `results`. Throws PhaseFailed at the first that cannot be pushed. */
export async function pushImages(work: Prepared, results: BuildResults): Promise<void> {
  const { cloud, request, scratch, environment, log } = work;
  const images = new LocalImages(scratch.docker);
  const registry = {
    url: environment['DOCKER_STAND_IN_REGISTRY'] ?? '',
    token: environment['GOOGLE_OAUTH_ACCESS_TOKEN'] ?? '',
  };
  for (const name of request.images) {
    const startTime = timestamp(cloud.clock.now());
    log.line(`Pushing ${name}`);
    try {
      const { digest } = await pushImage(images, name, registry);
      log.line(`${withTag(name)}: digest: ${digest}`);
      results.images.push({ name, digest, pushTiming: { startTime, endTime: timestamp(cloud.clock.now()) } });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new PhaseFailed(typeOf(error), `failed to push image "${name}": ${why}`);
    }
  }
}

function typeOf(error: unknown): FailureType {
  if (error instanceof NoSuchImage) return 'PUSH_IMAGE_NOT_FOUND';
  if (error instanceof PushRefused && [401, 403].includes(error.status)) return 'PUSH_NOT_AUTHORIZED';
  return 'PUSH_FAILED';
}
