/** Fields of access rules, network policies and disruption budgets. */
import { any, atomic, int, intOrString, kept, list, map, str, struct } from './types.ts';
import { conditions, labelSelector, wholeObject } from './meta.ts';

const rules = list(
  struct({
    verbs: list(str),
    apiGroups: list(str),
    resources: list(str),
    resourceNames: list(str),
    nonResourceURLs: list(str),
  }),
);

export const role = wholeObject({ rules });

export const clusterRole = wholeObject({
  rules,
  aggregationRule: struct({ clusterRoleSelectors: list(labelSelector) }),
});

/** RoleBinding and ClusterRoleBinding alike. */
export const roleBinding = wholeObject({
  subjects: list(struct({ kind: kept(str), apiGroup: str, name: kept(str), namespace: str })),
  roleRef: atomic({ apiGroup: kept(str), kind: kept(str), name: kept(str) }),
});

const peers = list(
  struct({
    podSelector: labelSelector,
    namespaceSelector: labelSelector,
    ipBlock: struct({ cidr: kept(str), except: list(str) }),
  }),
);
const ports = list(struct({ protocol: kept(str), port: intOrString, endPort: kept(int) }));

export const networkPolicy = wholeObject({
  spec: struct({
    podSelector: labelSelector,
    ingress: list(struct({ ports, from: peers })),
    egress: list(struct({ ports, to: peers })),
    policyTypes: list(str),
  }),
});

export const disruptionBudget = wholeObject({
  spec: struct({
    minAvailable: intOrString,
    selector: labelSelector,
    maxUnavailable: intOrString,
    unhealthyPodEvictionPolicy: kept(str),
  }),
  status: struct({
    observedGeneration: int,
    disruptedPods: map(str),
    disruptionsAllowed: kept(int),
    currentHealthy: kept(int),
    desiredHealthy: kept(int),
    expectedPods: kept(int),
    conditions,
  }),
});

/** A custom resource whose definition we do not carry: nothing below its spec is checked. */
export const customResource = wholeObject({ spec: any, status: any });
