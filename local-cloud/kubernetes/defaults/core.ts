/** What the API server adds to the small kinds: namespaces, secrets, claims, limits, bindings, policies. */
import { ensureObject, fallback, isObject, objectAt, objectsAt, textAt, textsAt } from '../object.ts';
import type { Defaults } from './types.ts';

/** GKE's default StorageClass. */
const STORAGE_CLASS = 'standard-rwo';

export const defaultNamespace: Defaults = (object) => {
  const metadata = ensureObject(object, 'metadata');
  ensureObject(metadata, 'labels')['kubernetes.io/metadata.name'] = textAt(metadata, 'name') ?? '';
  fallback(ensureObject(object, 'spec'), 'finalizers', ['kubernetes']);
  fallback(object, 'status', { phase: 'Active' });
};

export const defaultSecret: Defaults = (object) => {
  fallback(object, 'type', 'Opaque');
  const texts = object['stringData'];
  if (!isObject(texts)) return;
  // A write-only convenience: never stored, never answered.
  Reflect.deleteProperty(object, 'stringData');
  const data = ensureObject(object, 'data');
  for (const [key, value] of Object.entries(textsAt({ texts }, 'texts'))) {
    data[key] = Buffer.from(value).toString('base64');
  }
};

export const defaultQuota: Defaults = (object) => {
  fallback(object, 'status', {});
};

export const defaultLimitRange: Defaults = (object) => {
  for (const limit of objectsAt(objectAt(object, 'spec'), 'limits')) {
    if (limit['type'] !== 'Container') continue;
    for (const [from, to] of [
      ['max', 'default'],
      ['default', 'defaultRequest'],
      ['min', 'defaultRequest'],
    ] as const) {
      for (const [name, value] of Object.entries(objectAt(limit, from))) {
        fallback(ensureObject(limit, to), name, value);
      }
    }
  }
};

export const defaultClaim: Defaults = (object, { live }) => {
  const spec = ensureObject(object, 'spec');
  fallback(spec, 'storageClassName', STORAGE_CLASS);
  fallback(spec, 'volumeMode', 'Filesystem');
  if (!live) ensureObject(object, 'metadata')['finalizers'] ??= ['kubernetes.io/pvc-protection'];
  fallback(object, 'status', { phase: 'Pending' });
};

const RBAC = 'rbac.authorization.k8s.io';

export const defaultBinding: Defaults = (object) => {
  fallback(ensureObject(object, 'roleRef'), 'apiGroup', RBAC);
  for (const subject of objectsAt(object, 'subjects')) {
    if (subject['kind'] === 'User' || subject['kind'] === 'Group') fallback(subject, 'apiGroup', RBAC);
  }
};

export const defaultNetworkPolicy: Defaults = (object) => {
  const spec = ensureObject(object, 'spec');
  fallback(spec, 'podSelector', {});
  for (const rule of [...objectsAt(spec, 'ingress'), ...objectsAt(spec, 'egress')]) {
    for (const port of objectsAt(rule, 'ports')) fallback(port, 'protocol', 'TCP');
  }
  fallback(spec, 'policyTypes', objectsAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress']);
};

export const defaultDisruptionBudget: Defaults = (object) => {
  fallback(object, 'status', {
    currentHealthy: 0,
    desiredHealthy: 0,
    disruptionsAllowed: 0,
    expectedPods: 0,
  });
};

export const defaultNothing: Defaults = () => undefined;
