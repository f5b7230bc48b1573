/**
 * The fields of a pod template and of a container in it, with the defaults an API server fills in (measured, 1.32). What
 * our manifests never send is still looked at: a privilege, a host's network or a sidecar is what an intruder adds.
 */
import type { Json } from '../model.ts';
import { textAt } from '../json.ts';
import { flag, list, map, number, quantity, text, unsent, value, type Schema } from './schema/declare.ts';

const PROBE = { failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 };
const PROBE_DEFAULTS = { ...PROBE, httpGet: { scheme: 'HTTP' }, grpc: { service: '' } };

/** What is assumed for an image that names no policy; nothing where no image is named yet. */
function pullPolicyOf(container: Json): Json | undefined {
  const image = textAt(container, 'image');
  if (image === null) return undefined;
  const tag = /^(?:.*\/)?[^/@:]+(?::(?<tag>[^@]+))?(?<digest>@.+)?$/.exec(image)?.groups;
  const moves = tag?.['digest'] === undefined && (tag?.['tag'] ?? 'latest') === 'latest';
  return moves ? 'Always' : 'IfNotPresent';
}

const container: Schema = {
  // Before the first build the manifest has no image; the deploy step fills it in.
  image: text({ from: 'spec.workload.source' }),
  ports: list({
    by: ['containerPort', { firstOf: ['protocol'], absent: 'TCP' }],
    whole: true,
    from: 'spec.workload.port',
    each: text({ at: 'name', absent: '' }),
  }),
  env: list({
    by: 'name',
    whole: true,
    from: 'spec.workload.env[]',
    // The API server drops an empty value; a variable from a reference shows as the reference.
    each: text({
      at: 'value',
      or: value({
        at: 'valueFrom',
        filled: { fieldRef: { apiVersion: 'v1' }, resourceFieldRef: { divisor: '0' } },
      }),
      absent: '',
    }),
  }),
  'resources.requests': map({ each: quantity(), whole: true, from: 'spec.workload.resources.*' }),
  'readinessProbe.path': text({ at: 'readinessProbe.httpGet.path', from: 'spec.workload.health.path' }),
  'readinessProbe.port': value({ at: 'readinessProbe.httpGet.port' }),
  'readinessProbe.scheme': unsent(text({ at: 'readinessProbe.httpGet.scheme', absent: 'HTTP' })),
  ...Object.fromEntries(
    Object.entries(PROBE).map(([field, absent]) => [`readinessProbe.${field}`, unsent(number({ absent }))]),
  ),
  'readinessProbe.initialDelaySeconds': unsent(number({ absent: 0 })),
  livenessProbe: unsent(value({ filled: PROBE_DEFAULTS })),
  startupProbe: unsent(value({ filled: PROBE_DEFAULTS })),
  lifecycle: unsent(value()),
  command: unsent(value()),
  args: unsent(value()),
  workingDir: unsent(text()),
  envFrom: unsent(value()),
  volumeMounts: unsent(value()),
  securityContext: unsent(value()),
  'resources.limits': map({ each: quantity(), whole: true }),
  imagePullPolicy: unsent(text({ absent: pullPolicyOf })),
  terminationMessagePath: unsent(text({ absent: '/dev/termination-log' })),
  terminationMessagePolicy: unsent(text({ absent: 'File' })),
};

/** The pod's own fields. */
export const pod: Schema = {
  containers: list({ by: 'name', whole: true, from: 'spec.workload.name', each: container }),
  initContainers: list({ by: 'name', whole: true, each: { image: text() } }),
  volumes: list({ by: 'name', whole: true, each: {} }),
  nodeSelector: map({ each: text(), whole: true }),
  serviceAccountName: unsent(text()),
  hostNetwork: unsent(flag()),
  hostPID: unsent(flag()),
  hostIPC: unsent(flag()),
  podSecurityContext: unsent(value({ at: 'securityContext' })),
  imagePullSecrets: unsent(value()),
  affinity: unsent(value()),
  tolerations: unsent(value()),
  topologySpreadConstraints: unsent(value()),
  priorityClassName: unsent(text()),
  runtimeClassName: unsent(text()),
  dnsConfig: unsent(value()),
  hostAliases: unsent(value()),
  dnsPolicy: unsent(text({ absent: 'ClusterFirst' })),
  restartPolicy: unsent(text({ absent: 'Always' })),
  schedulerName: unsent(text({ absent: 'default-scheduler' })),
  terminationGracePeriodSeconds: unsent(number({ absent: 30 })),
};
