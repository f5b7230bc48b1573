/** What the API server adds to a pod template. */
import type { Body } from '../../core/store.ts';
import { ensureObject, fallback, isObject, objectAt, objectsAt, textAt } from '../object.ts';
import type { Defaults } from './types.ts';

/** A pod of its own: what its template would say, and that nothing runs yet. */
export const defaultPod: Defaults = (object) => {
  defaultPodTemplate({ spec: ensureObject(object, 'spec') });
  fallback(object, 'status', { phase: 'Pending' });
};

export function defaultPodTemplate(template: Body): void {
  // Printed as null up to 1.33 because the Go type has no omitempty that works; 1.34 leaves it out.
  ensureObject(template, 'metadata')['creationTimestamp'] = null;
  const spec = ensureObject(template, 'spec');
  fallback(spec, 'dnsPolicy', 'ClusterFirst');
  fallback(spec, 'restartPolicy', 'Always');
  fallback(spec, 'schedulerName', 'default-scheduler');
  fallback(spec, 'securityContext', {});
  fallback(spec, 'terminationGracePeriodSeconds', 30);
  // The deprecated twin follows the name; alone it still counts, so that dropping only the name changes nothing.
  const account = textAt(spec, 'serviceAccountName') ?? textAt(spec, 'serviceAccount');
  if (account !== undefined) Object.assign(spec, { serviceAccountName: account, serviceAccount: account });
  for (const container of objectsAt(spec, 'containers')) defaultContainer(container);
  for (const container of objectsAt(spec, 'initContainers')) defaultContainer(container);
  for (const volume of objectsAt(spec, 'volumes')) defaultVolume(volume);
}

function defaultContainer(container: Body): void {
  fallback(container, 'imagePullPolicy', pullPolicy(textAt(container, 'image') ?? ''));
  fallback(container, 'resources', {});
  fallback(container, 'terminationMessagePath', '/dev/termination-log');
  fallback(container, 'terminationMessagePolicy', 'File');
  for (const port of objectsAt(container, 'ports')) fallback(port, 'protocol', 'TCP');
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name];
    if (isObject(probe)) defaultProbe(probe);
  }
  const lifecycle = objectAt(container, 'lifecycle');
  for (const name of ['postStart', 'preStop']) defaultHttpGet(objectAt(lifecycle, name));
  for (const env of objectsAt(container, 'env')) defaultReferences(objectAt(env, 'valueFrom'));
}

function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultProbe(probe: Body): void {
  fallback(probe, 'failureThreshold', 3);
  fallback(probe, 'periodSeconds', 10);
  fallback(probe, 'successThreshold', 1);
  fallback(probe, 'timeoutSeconds', 1);
  defaultHttpGet(probe);
  const grpc = probe['grpc'];
  if (isObject(grpc)) fallback(grpc, 'service', '');
}

function defaultHttpGet(handler: Body): void {
  const httpGet = handler['httpGet'];
  if (!isObject(httpGet)) return;
  fallback(httpGet, 'path', '/');
  fallback(httpGet, 'scheme', 'HTTP');
}

function defaultReferences(source: Body): void {
  const field = source['fieldRef'];
  if (isObject(field)) fallback(field, 'apiVersion', 'v1');
  const resource = source['resourceFieldRef'];
  if (isObject(resource)) fallback(resource, 'divisor', '0');
}

/** Mode 0644, which JSON can only write in decimal. */
const DEFAULT_MODE = 0o644;

function defaultVolume(volume: Body): void {
  for (const name of ['configMap', 'secret', 'projected', 'downwardAPI']) {
    const source = volume[name];
    if (isObject(source)) fallback(source, 'defaultMode', DEFAULT_MODE);
  }
  const host = volume['hostPath'];
  if (isObject(host)) fallback(host, 'type', '');
  for (const item of objectsAt(objectAt(volume, 'downwardAPI'), 'items')) defaultReferences(item);
  for (const source of objectsAt(objectAt(volume, 'projected'), 'sources')) {
    const token = source['serviceAccountToken'];
    if (isObject(token)) fallback(token, 'expirationSeconds', 3600);
    for (const item of objectsAt(objectAt(source, 'downwardAPI'), 'items')) defaultReferences(item);
  }
  const claim = objectAt(objectAt(volume, 'ephemeral'), 'volumeClaimTemplate')['spec'];
  if (isObject(claim)) fallback(claim, 'volumeMode', 'Filesystem');
}
