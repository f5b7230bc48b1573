/** Fields of the core group's kinds: namespaces, configuration, services, quotas, claims. */
import {
  any,
  atomicMap,
  bool,
  int,
  intOrString,
  keyed,
  kept,
  list,
  map,
  quantity,
  str,
  struct,
} from './types.ts';
import { conditions, objectReference, wholeObject } from './meta.ts';
import { secretReferences } from './pod.ts';
import { claimSpec } from './volume.ts';

export const namespace = wholeObject({
  spec: struct({ finalizers: list(str) }),
  status: struct({ phase: str, conditions }),
});

export const configMap = wholeObject({ immutable: kept(bool), data: map(str), binaryData: map(str) });

export const secret = wholeObject({
  immutable: kept(bool),
  data: map(str),
  stringData: map(str),
  type: str,
});

export const serviceAccount = wholeObject({
  secrets: keyed(objectReference, 'name'),
  imagePullSecrets: secretReferences,
  automountServiceAccountToken: kept(bool),
});

export const service = wholeObject({
  spec: struct({
    ports: keyed(
      {
        name: str,
        protocol: str,
        appProtocol: kept(str),
        port: kept(int),
        targetPort: intOrString,
        nodePort: int,
      },
      'port',
      'protocol',
    ),
    selector: atomicMap(str),
    clusterIP: str,
    clusterIPs: list(str),
    type: str,
    externalIPs: list(str),
    sessionAffinity: str,
    loadBalancerIP: str,
    loadBalancerSourceRanges: list(str),
    externalName: str,
    externalTrafficPolicy: str,
    healthCheckNodePort: int,
    publishNotReadyAddresses: bool,
    sessionAffinityConfig: struct({ clientIP: struct({ timeoutSeconds: kept(int) }) }),
    ipFamilies: list(str),
    ipFamilyPolicy: kept(str),
    allocateLoadBalancerNodePorts: kept(bool),
    loadBalancerClass: kept(str),
    internalTrafficPolicy: kept(str),
    trafficDistribution: kept(str),
  }),
  status: struct({
    loadBalancer: struct({
      ingress: list(struct({ ip: str, hostname: str, ipMode: kept(str), ports: list(any) })),
    }),
    conditions,
  }),
});

export const resourceQuota = wholeObject({
  spec: struct({
    hard: map(quantity),
    scopeSelector: any,
    scopes: list(str),
  }),
  status: struct({ hard: map(quantity), used: map(quantity) }),
});

export const limitRange = wholeObject({
  spec: struct({
    limits: list(
      struct({
        type: kept(str),
        max: map(quantity),
        min: map(quantity),
        default: map(quantity),
        defaultRequest: map(quantity),
        maxLimitRequestRatio: map(quantity),
      }),
    ),
  }),
});

export const persistentVolumeClaim = wholeObject({
  spec: claimSpec,
  status: struct({
    phase: str,
    accessModes: list(str),
    capacity: map(quantity),
    conditions,
    allocatedResources: map(quantity),
    allocatedResourceStatuses: map(str),
    currentVolumeAttributesClassName: kept(str),
    modifyVolumeStatus: any,
  }),
});
