/** Fields of Deployment, Job and HorizontalPodAutoscaler. */
import { any, atomic, bool, int, intOrString, kept, list, quantity, str, struct } from './types.ts';
import { conditions, labelSelector, wholeObject } from './meta.ts';
import { podTemplate } from './pod.ts';

export const deployment = wholeObject({
  spec: struct({
    replicas: kept(int),
    selector: labelSelector,
    template: podTemplate,
    strategy: struct({
      type: str,
      rollingUpdate: struct({ maxUnavailable: intOrString, maxSurge: intOrString }),
    }),
    minReadySeconds: int,
    revisionHistoryLimit: kept(int),
    paused: bool,
    progressDeadlineSeconds: kept(int),
  }),
  status: struct({
    observedGeneration: int,
    replicas: int,
    updatedReplicas: int,
    readyReplicas: int,
    availableReplicas: int,
    unavailableReplicas: int,
    terminatingReplicas: kept(int),
    conditions,
    collisionCount: kept(int),
  }),
});

export const job = wholeObject({
  spec: struct({
    parallelism: kept(int),
    completions: kept(int),
    activeDeadlineSeconds: kept(int),
    podFailurePolicy: any,
    successPolicy: any,
    backoffLimit: kept(int),
    backoffLimitPerIndex: kept(int),
    maxFailedIndexes: kept(int),
    selector: labelSelector,
    manualSelector: kept(bool),
    template: podTemplate,
    ttlSecondsAfterFinished: kept(int),
    completionMode: kept(str),
    suspend: kept(bool),
    podReplacementPolicy: kept(str),
    managedBy: kept(str),
  }),
  status: struct({
    conditions,
    startTime: str,
    completionTime: str,
    active: int,
    succeeded: int,
    failed: int,
    terminating: kept(int),
    completedIndexes: str,
    failedIndexes: kept(str),
    uncountedTerminatedPods: any,
    ready: kept(int),
  }),
});

const target = struct({
  type: kept(str),
  value: quantity,
  averageValue: quantity,
  averageUtilization: kept(int),
});
const metric = struct({ name: kept(str), selector: labelSelector });
const objectTarget = atomic({ kind: kept(str), name: kept(str), apiVersion: str });

const metricSpec = struct({
  type: kept(str),
  object: struct({ describedObject: objectTarget, target, metric }),
  pods: struct({ metric, target }),
  resource: struct({ name: kept(str), target }),
  containerResource: struct({ name: kept(str), target, container: kept(str) }),
  external: struct({ metric, target }),
});

const scalingRules = struct({
  stabilizationWindowSeconds: kept(int),
  selectPolicy: kept(str),
  policies: list(struct({ type: kept(str), value: kept(int), periodSeconds: kept(int) })),
  tolerance: quantity,
});

export const autoscaler = wholeObject({
  spec: struct({
    scaleTargetRef: objectTarget,
    minReplicas: kept(int),
    maxReplicas: kept(int),
    metrics: list(metricSpec),
    behavior: struct({ scaleUp: scalingRules, scaleDown: scalingRules }),
  }),
  status: struct({
    observedGeneration: kept(int),
    lastScaleTime: str,
    currentReplicas: int,
    desiredReplicas: kept(int),
    currentMetrics: list(any),
    conditions,
  }),
});

export const scale = wholeObject({
  spec: struct({ replicas: int }),
  status: struct({ replicas: kept(int), selector: str }),
});
