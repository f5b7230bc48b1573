/** The tenant's namespace in its cluster. */
import { namespaceOf } from '../../manifests/namespace.ts';
import { clusterKind } from './kind.ts';
import { labels, SERVER_METADATA } from './kubernetes.ts';
import { text } from './schema/declare.ts';

export const namespace = clusterKind({
  kind: 'namespace',
  order: 110,
  resource: { group: '', version: 'v1', plural: 'namespaces' },
  namespaced: false,
  from: 'spec.workload.namespace',
  manifest: namespaceOf,
  schema: {
    'metadata.labels': labels,
    // One that somebody deletes stays Terminating for a while, and takes nothing new meanwhile.
    'status.phase': text({ absent: 'Active', risk: 'none' }),
  },
  foreign: { ...SERVER_METADATA, 'metadata.annotations': 'server', 'status.conditions': 'server' },
});
