/** What the Google kinds share: what an API writes on every body, and the names it adds by itself. */
import type { Foreign } from './schema/declare.ts';

export const COMPUTE_METADATA: Foreign = {
  kind: 'server',
  id: 'server',
  creationTimestamp: 'server',
  selfLink: 'server',
  selfLinkWithId: 'server',
  fingerprint: 'server',
};

/** Labels and taints that GKE puts on nodes without being asked, e.g. `nvidia.com/gpu` on those with a GPU. */
export const GKE_OWN =
  /^(goog-gke-|([a-z0-9-]+\.)*(nvidia\.com|gke\.io|google\.com|kubernetes\.io|k8s\.io)\/)/;
