/** Fields that objects of every kind share. */
import { any, atomic, atomicMap, bool, int, keyed, kept, list, map, set, str, struct } from './types.ts';
import type { Fields, Struct } from './types.ts';

export const objectMeta = struct({
  name: str,
  generateName: str,
  namespace: str,
  selfLink: str,
  uid: str,
  resourceVersion: str,
  generation: int,
  creationTimestamp: str,
  deletionTimestamp: str,
  deletionGracePeriodSeconds: kept(int),
  labels: map(str),
  annotations: map(str),
  ownerReferences: keyed(
    {
      apiVersion: str,
      kind: str,
      name: str,
      uid: str,
      controller: kept(bool),
      blockOwnerDeletion: kept(bool),
    },
    'uid',
  ),
  finalizers: set(str),
  managedFields: list(any),
});

export const labelSelector = atomic({
  matchLabels: atomicMap(str),
  matchExpressions: list(struct({ key: kept(str), operator: kept(str), values: list(str) })),
});

export const localReference = atomic({ name: str });

export const objectReference: Fields = {
  apiVersion: str,
  kind: str,
  name: str,
  namespace: str,
  uid: str,
  resourceVersion: str,
  fieldPath: str,
};

export const conditions = keyed(
  {
    type: kept(str),
    status: kept(str),
    observedGeneration: int,
    lastProbeTime: str,
    lastUpdateTime: str,
    lastTransitionTime: str,
    reason: str,
    message: kept(str),
  },
  'type',
);

/** A whole object of a kind: the type words, metadata, and the kind's own top-level fields. */
export const wholeObject = (fields: Fields): Struct =>
  struct({ apiVersion: str, kind: str, metadata: objectMeta, ...fields });
