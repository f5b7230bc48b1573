/** The tenant's namespace in its cluster. */
import { namespaceOf } from '../../manifests/namespace.ts';
import { textAt } from '../json.ts';
import { labelFields, wantOf } from './kubernetes.ts';
import { riskOf, type ClusterKind } from './kind.ts';
import { ownedBy } from './owned.ts';

export const namespace: ClusterKind = {
  kind: 'namespace',
  plane: 'cluster',
  order: 110,
  resource: { group: '', version: 'v1', plural: 'namespaces' },
  namespaced: false,
  wants: (tenant) => [
    wantOf({
      kind: 'namespace',
      manifest: namespaceOf(tenant),
      from: 'spec.workload.namespace',
      read: labelFields,
      origin: () => null,
    }),
  ],
  read: (body) => ({ ...labelFields(body), 'status.phase': textAt(body, 'status', 'phase') }),
  owned: ownedBy({ root: [] }),
  risk: riskOf([]),
};
