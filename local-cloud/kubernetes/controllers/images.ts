/** Whether a pod's images can be pulled: those of Artifact Registry must stand in the local registry. */
import type { Body } from '../../core/store.ts';
import type { Cluster } from '../cluster.ts';
import { objectAt, objectsAt, textAt } from '../object.ts';

/** A reference that holds this word never becomes ready, so that a test needs no registry to see a failed rollout. */
const BROKEN = 'broken';

const REGISTRY =
  /^([a-z0-9-]+)-docker\.pkg\.dev\/([^/]+)\/([^/]+)\/([^@:]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]+))?$/;

/** The images of a pod template, init containers first, as the kubelet pulls them. */
export function imagesOf(template: Body): string[] {
  const spec = objectAt(template, 'spec');
  return [...objectsAt(spec, 'initContainers'), ...objectsAt(spec, 'containers')].map(
    (container) => textAt(container, 'image') ?? '',
  );
}

/** Why the image can never be pulled, or undefined when it can. */
export function pullProblem({ cloud }: Cluster, image: string): string | undefined {
  if (image.includes(BROKEN)) return `Back-off pulling image "${image}"`;
  const found = REGISTRY.exec(image);
  if (!found) return undefined;
  const [, location = '', project = '', repository = '', name = '', tag = 'latest', digest] = found;
  const parent = `artifactregistry.googleapis.com/projects/${project}/locations/${location}/repositories/${repository}`;
  if (!cloud.resources.get(parent))
    return `Failed to pull image "${image}": repository ${repository} not found`;
  // Artifact Registry escapes slashes inside image names.
  const images = [name, encodeURIComponent(name)].flatMap((spelling) =>
    cloud.resources.list({ prefix: `${parent}/dockerImages/${spelling}@` }),
  );
  const known = images.some(({ name: full, body }) =>
    digest === undefined
      ? Array.isArray(body['tags']) && body['tags'].includes(tag)
      : full.endsWith(`@${digest}`),
  );
  return known ? undefined : `Failed to pull image "${image}": manifest unknown`;
}
