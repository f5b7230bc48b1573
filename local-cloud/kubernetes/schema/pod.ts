/** Fields of a pod template: containers, volumes, scheduling. */
import {
  any,
  atomic,
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
import type { Fields } from './types.ts';
import { labelSelector, objectMeta, wholeObject } from './meta.ts';
import { claimSpec, volumeSources } from './volume.ts';

const keySelector = atomic({ name: str, key: kept(str), optional: kept(bool) });
const fieldRef = atomic({ apiVersion: str, fieldPath: kept(str) });
const resourceFieldRef = atomic({ containerName: str, resource: kept(str), divisor: quantity });

const env = keyed(
  {
    name: kept(str),
    value: str,
    valueFrom: struct({
      fieldRef,
      resourceFieldRef,
      configMapKeyRef: keySelector,
      secretKeyRef: keySelector,
    }),
  },
  'name',
);

const httpGet = struct({
  path: str,
  port: intOrString,
  host: str,
  scheme: str,
  httpHeaders: list(struct({ name: kept(str), value: kept(str) })),
});
const exec = struct({ command: list(str) });
const tcpSocket = struct({ port: intOrString, host: str });

const probe = struct({
  exec,
  httpGet,
  tcpSocket,
  grpc: struct({ port: int, service: kept(str) }),
  initialDelaySeconds: int,
  timeoutSeconds: int,
  periodSeconds: int,
  successThreshold: int,
  failureThreshold: int,
  terminationGracePeriodSeconds: kept(int),
});

const lifecycleHandler = struct({ exec, httpGet, tcpSocket, sleep: struct({ seconds: kept(int) }) });

const resources = struct({
  limits: map(quantity),
  requests: map(quantity),
  claims: keyed({ name: kept(str), request: str }, 'name'),
});

const seLinux = struct({ user: str, role: str, type: str, level: str });
const seccomp = struct({ type: kept(str), localhostProfile: kept(str) });
const windows = struct({
  gmsaCredentialSpecName: kept(str),
  gmsaCredentialSpec: kept(str),
  runAsUserName: kept(str),
  hostProcess: kept(bool),
});

const containerSecurity = struct({
  capabilities: struct({ add: list(str), drop: list(str) }),
  privileged: kept(bool),
  seLinuxOptions: seLinux,
  windowsOptions: windows,
  runAsUser: kept(int),
  runAsGroup: kept(int),
  runAsNonRoot: kept(bool),
  readOnlyRootFilesystem: kept(bool),
  allowPrivilegeEscalation: kept(bool),
  procMount: kept(str),
  seccompProfile: seccomp,
  appArmorProfile: seccomp,
});

const container: Fields = {
  name: kept(str),
  image: str,
  command: list(str),
  args: list(str),
  workingDir: str,
  ports: keyed(
    { name: str, hostPort: int, containerPort: kept(int), protocol: str, hostIP: str },
    'containerPort',
    'protocol',
  ),
  envFrom: list(
    struct({
      prefix: str,
      configMapRef: struct({ name: str, optional: kept(bool) }),
      secretRef: struct({ name: str, optional: kept(bool) }),
    }),
  ),
  env,
  resources,
  resizePolicy: list(struct({ resourceName: str, restartPolicy: str })),
  restartPolicy: kept(str),
  volumeMounts: keyed(
    {
      name: kept(str),
      readOnly: bool,
      recursiveReadOnly: kept(str),
      mountPath: kept(str),
      subPath: str,
      mountPropagation: kept(str),
      subPathExpr: str,
    },
    'mountPath',
  ),
  volumeDevices: keyed({ name: kept(str), devicePath: kept(str) }, 'devicePath'),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  lifecycle: struct({ postStart: lifecycleHandler, preStop: lifecycleHandler, stopSignal: kept(str) }),
  terminationMessagePath: str,
  terminationMessagePolicy: str,
  imagePullPolicy: str,
  securityContext: containerSecurity,
  stdin: bool,
  stdinOnce: bool,
  tty: bool,
};

const requirement = struct({ key: kept(str), operator: kept(str), values: list(str) });
const nodeTerm = atomic({ matchExpressions: list(requirement), matchFields: list(requirement) });
const podTerm: Fields = {
  labelSelector,
  namespaces: list(str),
  topologyKey: kept(str),
  namespaceSelector: labelSelector,
  matchLabelKeys: list(str),
  mismatchLabelKeys: list(str),
};
const podAffinity = struct({
  requiredDuringSchedulingIgnoredDuringExecution: list(struct(podTerm)),
  preferredDuringSchedulingIgnoredDuringExecution: list(
    struct({ weight: kept(int), podAffinityTerm: struct(podTerm) }),
  ),
});
const affinity = struct({
  nodeAffinity: struct({
    requiredDuringSchedulingIgnoredDuringExecution: atomic({ nodeSelectorTerms: list(nodeTerm) }),
    preferredDuringSchedulingIgnoredDuringExecution: list(
      struct({ weight: kept(int), preference: nodeTerm }),
    ),
  }),
  podAffinity,
  podAntiAffinity: podAffinity,
});

const podSecurity = struct({
  seLinuxOptions: seLinux,
  windowsOptions: windows,
  runAsUser: kept(int),
  runAsGroup: kept(int),
  runAsNonRoot: kept(bool),
  supplementalGroups: list(int),
  supplementalGroupsPolicy: kept(str),
  fsGroup: kept(int),
  sysctls: list(struct({ name: kept(str), value: kept(str) })),
  fsGroupChangePolicy: kept(str),
  seccompProfile: seccomp,
  appArmorProfile: seccomp,
  seLinuxChangePolicy: kept(str),
});

const volumes = keyed(
  {
    name: kept(str),
    ...volumeSources({ keySelector, fieldRef, resourceFieldRef }),
    ephemeral: struct({ volumeClaimTemplate: struct({ metadata: objectMeta, spec: claimSpec }) }),
  },
  'name',
);

export const secretReferences = keyed({ name: str }, 'name');

const podSpec = struct({
  volumes,
  initContainers: keyed(container, 'name'),
  containers: keyed(container, 'name'),
  restartPolicy: str,
  terminationGracePeriodSeconds: kept(int),
  activeDeadlineSeconds: kept(int),
  dnsPolicy: str,
  nodeSelector: atomicMap(str),
  serviceAccountName: str,
  serviceAccount: str,
  automountServiceAccountToken: kept(bool),
  nodeName: str,
  hostNetwork: bool,
  hostPID: bool,
  hostIPC: bool,
  shareProcessNamespace: kept(bool),
  securityContext: podSecurity,
  imagePullSecrets: secretReferences,
  hostname: str,
  subdomain: str,
  affinity,
  schedulerName: str,
  tolerations: list(
    struct({ key: str, operator: str, value: str, effect: str, tolerationSeconds: kept(int) }),
  ),
  hostAliases: keyed({ ip: kept(str), hostnames: list(str) }, 'ip'),
  priorityClassName: str,
  priority: kept(int),
  dnsConfig: struct({
    nameservers: list(str),
    searches: list(str),
    options: list(struct({ name: str, value: kept(str) })),
  }),
  readinessGates: list(struct({ conditionType: kept(str) })),
  runtimeClassName: kept(str),
  enableServiceLinks: kept(bool),
  preemptionPolicy: kept(str),
  overhead: map(quantity),
  topologySpreadConstraints: keyed(
    {
      maxSkew: kept(int),
      topologyKey: kept(str),
      whenUnsatisfiable: kept(str),
      labelSelector,
      minDomains: kept(int),
      nodeAffinityPolicy: kept(str),
      nodeTaintsPolicy: kept(str),
      matchLabelKeys: list(str),
    },
    'topologyKey',
    'whenUnsatisfiable',
  ),
  setHostnameAsFQDN: kept(bool),
  os: struct({ name: kept(str) }),
  hostUsers: kept(bool),
  schedulingGates: keyed({ name: kept(str) }, 'name'),
  resourceClaims: keyed(
    { name: kept(str), resourceClaimName: kept(str), resourceClaimTemplateName: kept(str) },
    'name',
  ),
});

export const podTemplate = struct({ metadata: objectMeta, spec: podSpec });

export const pod = wholeObject({ spec: podSpec, status: any });
