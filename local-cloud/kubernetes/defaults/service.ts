/** What the API server adds to a Service, and which allocated values a replacing write carries over. */
import type { Body } from '../../core/store.ts';
import { ensureObject, fallback, numberAt, objectAt, objectsAt, textAt } from '../object.ts';
import type { Defaults, DefaultContext } from './types.ts';

/** Three hours. */
const AFFINITY_TIMEOUT_SECONDS = 10_800;

export const defaultService: Defaults = (object, context) => {
  const spec = ensureObject(object, 'spec');
  fallback(spec, 'sessionAffinity', 'None');
  fallback(spec, 'type', 'ClusterIP');
  if (spec['sessionAffinity'] === 'ClientIP') {
    const client = ensureObject(ensureObject(spec, 'sessionAffinityConfig'), 'clientIP');
    fallback(client, 'timeoutSeconds', AFFINITY_TIMEOUT_SECONDS);
  }
  for (const port of objectsAt(spec, 'ports')) {
    fallback(port, 'protocol', 'TCP');
    fallback(port, 'targetPort', port['port'] ?? 0);
  }
  const before = objectAt(context.live, 'spec');
  if (context.live) dropForeignToType(spec, before);
  if (spec['type'] !== 'ExternalName') {
    defaultAddresses(spec, before, context);
    if (spec['type'] !== 'ClusterIP') defaultNodePorts(spec, before, context);
  }
  fallback(object, 'status', { loadBalancer: {} });
};

function defaultAddresses(spec: Body, before: Body, context: DefaultContext): void {
  fallback(spec, 'internalTrafficPolicy', 'Cluster');
  fallback(
    spec,
    'clusterIP',
    before['clusterIP'] ?? objectsOrTexts(spec, 'clusterIPs')[0] ?? context.clusterIp(),
  );
  fallback(spec, 'clusterIPs', [spec['clusterIP'] ?? '']);
  fallback(spec, 'ipFamilies', ['IPv4']);
  fallback(spec, 'ipFamilyPolicy', 'SingleStack');
}

const objectsOrTexts = (spec: Body, key: string): string[] => {
  const value = spec[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
};

function defaultNodePorts(spec: Body, before: Body, context: DefaultContext): void {
  fallback(spec, 'externalTrafficPolicy', 'Cluster');
  const balanced = spec['type'] === 'LoadBalancer';
  if (balanced) fallback(spec, 'allocateLoadBalancerNodePorts', true);
  const taken = new Set<number>();
  if (!balanced || spec['allocateLoadBalancerNodePorts'] === true) {
    for (const port of objectsAt(spec, 'ports')) {
      const known = objectsAt(before, 'ports').find(
        (old) => old['port'] === port['port'] && old['protocol'] === port['protocol'],
      );
      fallback(port, 'nodePort', numberAt(known, 'nodePort') ?? context.nodePort(taken));
      taken.add(numberAt(port, 'nodePort') ?? 0);
    }
  }
  if (balanced && spec['externalTrafficPolicy'] === 'Local') {
    fallback(spec, 'healthCheckNodePort', before['healthCheckNodePort'] ?? context.nodePort(taken));
  }
}

/** A Service that stops being a load balancer gives back what only load balancers have. */
function dropForeignToType(spec: Body, before: Body): void {
  if (textAt(spec, 'type') === textAt(before, 'type')) return;
  const gone: string[] = [];
  if (spec['type'] !== 'LoadBalancer') gone.push('allocateLoadBalancerNodePorts', 'healthCheckNodePort');
  if (spec['type'] === 'ClusterIP' || spec['type'] === 'ExternalName') {
    gone.push('externalTrafficPolicy');
    for (const port of objectsAt(spec, 'ports')) {
      const same = objectsAt(before, 'ports').some((old) => old['nodePort'] === port['nodePort']);
      if (same) Reflect.deleteProperty(port, 'nodePort');
    }
  }
  for (const key of gone) {
    if (spec[key] === before[key]) Reflect.deleteProperty(spec, key);
  }
}
