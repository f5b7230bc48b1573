/**
 * The fields of a pod template and of a container in it, with the defaults an API server fills in. What our manifests
 * send can be corrected; the rest carries risk `none`: server-side apply takes away nothing that it never set.
 */
import type { Json } from '../model.ts';
import { textAt } from '../json.ts';
import { flag, list, map, number, quantity, text, unset, value, type Schema } from './schema/declare.ts';

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

export const container: Schema = {
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
  'readinessProbe.scheme': text({ at: 'readinessProbe.httpGet.scheme', absent: 'HTTP', risk: 'none' }),
  ...Object.fromEntries(
    Object.entries(PROBE).map(([field, absent]) => [
      `readinessProbe.${field}`,
      number({ absent, risk: 'none' }),
    ]),
  ),
  'readinessProbe.initialDelaySeconds': number({ absent: 0, risk: 'none' }),
  livenessProbe: unset({ filled: PROBE_DEFAULTS }),
  startupProbe: unset({ filled: PROBE_DEFAULTS }),
  lifecycle: unset(),
  command: unset(),
  args: unset(),
  workingDir: unset(),
  envFrom: unset(),
  volumeMounts: unset(),
  securityContext: unset(),
  'resources.limits': map({ each: quantity(), whole: true }),
  imagePullPolicy: text({ absent: pullPolicyOf, risk: 'none' }),
  terminationMessagePath: text({ absent: '/dev/termination-log', risk: 'none' }),
  terminationMessagePolicy: text({ absent: 'File', risk: 'none' }),
};

/** The pod's own fields; `at` is where its spec stands. */
export const pod = (at: string): Schema => ({
  initContainers: list({ at: `${at}.initContainers`, by: 'name', whole: true, each: { image: text() } }),
  volumes: list({ at: `${at}.volumes`, by: 'name', whole: true, each: {} }),
  nodeSelector: map({ at: `${at}.nodeSelector`, each: text(), whole: true }),
  serviceAccountName: unset({ at: `${at}.serviceAccountName` }),
  hostNetwork: flag({ at: `${at}.hostNetwork`, risk: 'none' }),
  hostPID: flag({ at: `${at}.hostPID`, risk: 'none' }),
  hostIPC: flag({ at: `${at}.hostIPC`, risk: 'none' }),
  podSecurityContext: unset({ at: `${at}.securityContext` }),
  imagePullSecrets: unset({ at: `${at}.imagePullSecrets` }),
  affinity: unset({ at: `${at}.affinity` }),
  tolerations: unset({ at: `${at}.tolerations` }),
  topologySpreadConstraints: unset({ at: `${at}.topologySpreadConstraints` }),
  priorityClassName: unset({ at: `${at}.priorityClassName` }),
  runtimeClassName: unset({ at: `${at}.runtimeClassName` }),
  dnsConfig: unset({ at: `${at}.dnsConfig` }),
  hostAliases: unset({ at: `${at}.hostAliases` }),
  dnsPolicy: text({ at: `${at}.dnsPolicy`, absent: 'ClusterFirst', risk: 'none' }),
  restartPolicy: text({ at: `${at}.restartPolicy`, absent: 'Always', risk: 'none' }),
  schedulerName: text({ at: `${at}.schedulerName`, absent: 'default-scheduler', risk: 'none' }),
  terminationGracePeriodSeconds: number({
    at: `${at}.terminationGracePeriodSeconds`,
    absent: 30,
    risk: 'none',
  }),
});
