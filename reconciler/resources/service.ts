/** The internal load balancer's Service. Ports are ours as a whole: an added one would open the tenant further. */
import { INTERNAL_ANNOTATION, serviceOf } from '../../manifests/service.ts';
import { at } from '../json.ts';
import { clusterKind } from './kind.ts';
import { labels, SERVER_METADATA } from './kubernetes.ts';
import { flag, list, set, text, under, unsent, value } from './schema/declare.ts';
import { inside } from './schema/path.ts';

export const service = clusterKind({
  kind: 'service',
  order: 130,
  resource: { group: '', version: 'v1', plural: 'services' },
  namespaced: true,
  from: 'spec.workload',
  manifest: serviceOf,
  schema: {
    'metadata.labels': labels,
    [inside('metadata.annotations', INTERNAL_ANNOTATION)]: text({
      at: ['metadata', 'annotations', INTERNAL_ANNOTATION],
    }),
    ...under('spec', {
      type: text({ absent: 'ClusterIP' }),
      // Written and owned as a whole: one key more, and no pod is selected any longer.
      selector: value(),
      ports: list({
        by: ['port', { firstOf: ['protocol'], absent: 'TCP' }],
        whole: true,
        each: value({ at: 'targetPort', absent: (port) => at(port, 'port') }),
      }),
      // A change of these lets traffic in, or keeps it out, by another door.
      sessionAffinity: unsent(text({ absent: 'None' })),
      externalTrafficPolicy: unsent(text({ absent: 'Cluster' })),
      internalTrafficPolicy: unsent(text({ absent: 'Cluster' })),
      loadBalancerSourceRanges: unsent(set({ absent: [] })),
      externalIPs: unsent(set({ absent: [] })),
      publishNotReadyAddresses: unsent(flag()),
      loadBalancerClass: unsent(text()),
    }),
  },
  foreign: {
    ...SERVER_METADATA,
    'spec.clusterIP': 'server',
    'spec.clusterIPs': 'server',
    'spec.ipFamilies': 'server',
    'spec.ipFamilyPolicy': 'server',
    'spec.healthCheckNodePort': 'server',
    'spec.ports.*.nodePort': 'server',
    status: 'server',
  },
});
