/** The kinds the local clusters serve: one row per kind, in the order discovery lists them. */
import { defaultAutoscaler, defaultDeployment, defaultJob } from './defaults/workloads.ts';
import {
  defaultBinding,
  defaultClaim,
  defaultDisruptionBudget,
  defaultLimitRange,
  defaultNamespace,
  defaultNetworkPolicy,
  defaultNothing,
  defaultQuota,
  defaultSecret,
} from './defaults/core.ts';
import { defaultPod } from './defaults/pod.ts';
import { defaultService } from './defaults/service.ts';
import type { Defaults } from './defaults/types.ts';
import * as core from './schema/core.ts';
import * as policy from './schema/policy.ts';
import { pod as podSchema } from './schema/pod.ts';
import * as workloads from './schema/workloads.ts';
import type { Struct } from './schema/types.ts';

export interface Kind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The plural in paths. */
  readonly resource: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly schema: Struct;
  readonly defaults: Defaults;
  /** Whether objects carry `metadata.generation`. */
  readonly generation: boolean;
  /** Whether status is a subresource that ordinary writes must not touch. */
  readonly status: boolean;
  readonly scale: boolean;
  /** Defined by a CustomResourceDefinition: no strategic merge, list items carry their type words. */
  readonly custom: boolean;
}

type Row = Pick<Kind, 'kind' | 'resource' | 'schema'> & Partial<Kind>;

const row = (group: string, version: string, given: Row): Kind => ({
  group,
  version,
  shortNames: [],
  namespaced: true,
  defaults: defaultNothing,
  generation: false,
  status: false,
  scale: false,
  custom: false,
  ...given,
});

const coreKind = (given: Row): Kind => row('', 'v1', given);
const access = (given: Row): Kind => row('rbac.authorization.k8s.io', 'v1', given);

export const KINDS: readonly Kind[] = [
  coreKind({
    kind: 'Namespace',
    resource: 'namespaces',
    shortNames: ['ns'],
    namespaced: false,
    schema: core.namespace,
    defaults: defaultNamespace,
    status: true,
  }),
  coreKind({ kind: 'ConfigMap', resource: 'configmaps', shortNames: ['cm'], schema: core.configMap }),
  coreKind({ kind: 'Secret', resource: 'secrets', schema: core.secret, defaults: defaultSecret }),
  coreKind({
    kind: 'ServiceAccount',
    resource: 'serviceaccounts',
    shortNames: ['sa'],
    schema: core.serviceAccount,
  }),
  coreKind({
    kind: 'Service',
    resource: 'services',
    shortNames: ['svc'],
    schema: core.service,
    defaults: defaultService,
    status: true,
  }),
  coreKind({
    kind: 'ResourceQuota',
    resource: 'resourcequotas',
    shortNames: ['quota'],
    schema: core.resourceQuota,
    defaults: defaultQuota,
    status: true,
  }),
  coreKind({
    kind: 'LimitRange',
    resource: 'limitranges',
    shortNames: ['limits'],
    schema: core.limitRange,
    defaults: defaultLimitRange,
  }),
  coreKind({
    kind: 'PersistentVolumeClaim',
    resource: 'persistentvolumeclaims',
    shortNames: ['pvc'],
    schema: core.persistentVolumeClaim,
    defaults: defaultClaim,
    status: true,
  }),
  coreKind({
    kind: 'Pod',
    resource: 'pods',
    shortNames: ['po'],
    schema: podSchema,
    defaults: defaultPod,
    status: true,
  }),
  row('apps', 'v1', {
    kind: 'Deployment',
    resource: 'deployments',
    shortNames: ['deploy'],
    schema: workloads.deployment,
    defaults: defaultDeployment,
    generation: true,
    status: true,
    scale: true,
  }),
  row('batch', 'v1', {
    kind: 'Job',
    resource: 'jobs',
    schema: workloads.job,
    defaults: defaultJob,
    generation: true,
    status: true,
  }),
  row('autoscaling', 'v2', {
    kind: 'HorizontalPodAutoscaler',
    resource: 'horizontalpodautoscalers',
    shortNames: ['hpa'],
    schema: workloads.autoscaler,
    defaults: defaultAutoscaler,
    status: true,
  }),
  row('networking.k8s.io', 'v1', {
    kind: 'NetworkPolicy',
    resource: 'networkpolicies',
    shortNames: ['netpol'],
    schema: policy.networkPolicy,
    defaults: defaultNetworkPolicy,
    generation: true,
  }),
  row('policy', 'v1', {
    kind: 'PodDisruptionBudget',
    resource: 'poddisruptionbudgets',
    shortNames: ['pdb'],
    schema: policy.disruptionBudget,
    defaults: defaultDisruptionBudget,
    generation: true,
    status: true,
  }),
  access({ kind: 'Role', resource: 'roles', schema: policy.role }),
  access({
    kind: 'RoleBinding',
    resource: 'rolebindings',
    schema: policy.roleBinding,
    defaults: defaultBinding,
  }),
  access({ kind: 'ClusterRole', resource: 'clusterroles', namespaced: false, schema: policy.clusterRole }),
  access({
    kind: 'ClusterRoleBinding',
    resource: 'clusterrolebindings',
    namespaced: false,
    schema: policy.roleBinding,
    defaults: defaultBinding,
  }),
  // GKE brings managed Prometheus with every cluster.
  row('monitoring.googleapis.com', 'v1', {
    kind: 'PodMonitoring',
    resource: 'podmonitorings',
    schema: policy.customResource,
    generation: true,
    status: true,
    custom: true,
  }),
];

export const apiVersionOf = ({ group, version }: Kind): string =>
  group === '' ? version : `${group}/${version}`;

export const kindOf = (group: string, version: string, resource: string): Kind | undefined =>
  KINDS.find((k) => k.group === group && k.version === version && k.resource === resource);

/** A kind the code itself names; the table has it. */
export function kindNamed(name: string): Kind {
  const kind = KINDS.find((k) => k.kind === name);
  if (!kind) throw new Error(`the kind table has no ${name}`);
  return kind;
}
