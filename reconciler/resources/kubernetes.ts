/** What the cluster kinds share: our labels, and what an API server writes on every object. */
import { map, text, type Foreign } from './schema/declare.ts';

/**
 * Only the keys we set are ours: others label our objects for purposes of their own (cost, selection by their tools),
 * which changes nothing of what we want, and taking such a label away would break what it is for.
 */
export const labels = map({ at: 'metadata.labels', each: text() });

export const SERVER_METADATA: Foreign = {
  'metadata.uid': 'server',
  'metadata.resourceVersion': 'server',
  'metadata.generation': 'server',
  'metadata.creationTimestamp': 'server',
  'metadata.managedFields': 'server',
  'metadata.finalizers': 'server',
};
