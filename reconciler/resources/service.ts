/** The internal load balancer's Service. Ports are ours as a whole: an added one would open the tenant further. */
import { INTERNAL_ANNOTATION, serviceOf } from '../../manifests/service.ts';
import type { Fields, Json } from '../model.ts';
import { at, entriesAt, listAt, numberAt, textAt } from '../json.ts';
import { labelFields, wantOf } from './kubernetes.ts';
import { riskOf, type ClusterKind } from './kind.ts';
import { ownedBy, portKey } from './owned.ts';

export const service: ClusterKind = {
  kind: 'service',
  plane: 'cluster',
  order: 130,
  resource: { group: '', version: 'v1', plural: 'services' },
  namespaced: true,
  wants: (tenant) => [
    wantOf({
      kind: 'service',
      manifest: serviceOf(tenant),
      from: 'spec.workload',
      read: fieldsOf,
      origin: () => null,
    }),
  ],
  read: fieldsOf,
  owns: (path) => path.startsWith('ports['),
  owned: ownedBy({ root: ['f:spec'], lists: { ports: portKey('port') } }),
  risk: riskOf([]),
};

function fieldsOf(body: Json): Fields {
  const annotation = textAt(body, 'metadata', 'annotations', INTERNAL_ANNOTATION);
  return {
    ...labelFields(body),
    [`metadata.annotations[${INTERNAL_ANNOTATION}]`]: annotation,
    type: textAt(body, 'spec', 'type'),
    ...Object.fromEntries(
      entriesAt(body, 'spec', 'selector').map(([key, value]) => [`selector[${key}]`, value]),
    ),
    ...Object.fromEntries(
      listAt(body, 'spec', 'ports').map((port): [string, Json] => [
        `ports[${numberAt(port, 'port') ?? 0}/${textAt(port, 'protocol') ?? 'TCP'}]`,
        at(port, 'targetPort') ?? null,
      ]),
    ),
  };
}
