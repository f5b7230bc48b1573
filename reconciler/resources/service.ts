/** The internal load balancer's Service. Ports are ours as a whole: an added one would open the tenant further. */
import { INTERNAL_ANNOTATION, serviceOf } from '../../manifests/service.ts';
import { at } from '../json.ts';
import { clusterKind } from './kind.ts';
import { labels, SERVER_METADATA } from './kubernetes.ts';
import { flag, list, set, text, unset, value } from './schema/declare.ts';
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
    type: text({ at: 'spec.type', absent: 'ClusterIP' }),
    // Written and owned as a whole: one key more, and no pod is selected any longer.
    selector: value({ at: 'spec.selector', absent: null }),
    ports: list({
      at: 'spec.ports',
      by: ['port', { firstOf: ['protocol'], absent: 'TCP' }],
      whole: true,
      each: value({ at: 'targetPort', absent: (port) => at(port, 'port') }),
    }),
    // Never sent. A change here lets traffic in, or keeps it out, by another door.
    sessionAffinity: text({ at: 'spec.sessionAffinity', absent: 'None', risk: 'none' }),
    externalTrafficPolicy: text({ at: 'spec.externalTrafficPolicy', absent: 'Cluster', risk: 'none' }),
    internalTrafficPolicy: text({ at: 'spec.internalTrafficPolicy', absent: 'Cluster', risk: 'none' }),
    loadBalancerSourceRanges: set({ at: 'spec.loadBalancerSourceRanges', absent: [], risk: 'none' }),
    externalIPs: set({ at: 'spec.externalIPs', absent: [], risk: 'none' }),
    publishNotReadyAddresses: flag({ at: 'spec.publishNotReadyAddresses', risk: 'none' }),
    loadBalancerClass: unset({ at: 'spec.loadBalancerClass' }),
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
