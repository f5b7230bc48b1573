/** What a developer at a shell asks of the local cloud: a provider socket for their own terraform, a cluster of their own. */
import { z } from 'zod';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';

export const terraformSchema = z.strictObject({ project: z.string().min(1), region: z.string().optional() });
export const clusterSchema = z.strictObject({ name: z.string().min(1) });

/** Who a developer is to the cloud: a token that was not minted here speaks for the same name. */
const DEVELOPER = 'developer';

/** Where a cluster stands that somebody names shortly and nobody has created. */
const NEW_CLUSTER = 'projects/local/locations/us-central1/clusters';
const CLUSTER_ASSET = 'container.googleapis.com/Cluster';
const FULL_NAME = /^projects\/[^/]+\/locations\/[^/]+\/clusters\/[^/]+$/;
const SHORT_NAME = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;

/** Sockets stay open as long as the cloud: every shell that asks for the same project gets the same one. */
export class DeveloperTerraform {
  readonly #cloud: Cloud;
  readonly #attached = new Map<string, Promise<Record<string, string>>>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** What terraform needs in its environment. */
  env({ project, region = 'us-central1' }: z.infer<typeof terraformSchema>): Promise<Record<string, string>> {
    const key = `${project}/${region}`;
    const known = this.#attached.get(key);
    if (known !== undefined) return known;
    const env = { GOOGLE_PROJECT: project, GOOGLE_REGION: region };
    const attaching = this.#cloud.terraform.attach({ principal: DEVELOPER, env }).then((step) => step.env);
    this.#attached.set(key, attaching);
    attaching.catch(() => this.#attached.delete(key));
    return attaching;
  }
}

/** Full name and address of the cluster named shortly or in full; it is created empty when there is none. */
export async function developerCluster(
  cloud: Cloud,
  { name }: z.infer<typeof clusterSchema>,
): Promise<{ name: string; endpoint: string; caCertificate: string }> {
  const full = FULL_NAME.test(name) ? name : find(cloud, name);
  return { name: full, ...(await cloud.kubernetes.ensure(full)) };
}

function find(cloud: Cloud, name: string): string {
  if (!SHORT_NAME.test(name)) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `${JSON.stringify(name)} is not a cluster: use NAME or projects/P/locations/L/clusters/NAME`,
    );
  }
  const created = cloud.resources
    .list({ assetType: CLUSTER_ASSET })
    .map((resource) => resource.name.slice(resource.name.indexOf('/') + 1));
  const named = [...new Set([...created, ...cloud.kubernetes.list()])].filter((full) =>
    full.endsWith(`/${name}`),
  );
  if (named.length > 1) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `several clusters are named ${name}: use one of ${named.join(', ')}`,
    );
  }
  return named[0] ?? `${NEW_CLUSTER}/${name}`;
}
