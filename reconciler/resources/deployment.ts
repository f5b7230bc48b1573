/**
 * The workload's Deployment. We own the whole set of containers, and of env variables and ports in our container: an
 * addition there is seen, which server-side diff is blind to (it only compares what was sent).
 */
import { deploymentOf } from '../../manifests/deployment.ts';
import type { Fields, Json } from '../model.ts';
import { entriesAt, listAt, numberAt, textAt } from '../json.ts';
import { canonicalQuantity } from '../quantity.ts';
import { labelFields, wantOf } from './kubernetes.ts';
import { riskOf, type ClusterKind } from './kind.ts';

export const deployment: ClusterKind = {
  kind: 'deployment',
  plane: 'cluster',
  order: 120,
  resource: { group: 'apps', version: 'v1', plural: 'deployments' },
  namespaced: true,
  restlessStatus: true,
  wants: (tenant, image) => [
    wantOf({
      kind: 'deployment',
      manifest: deploymentOf(tenant, image),
      from: 'spec.workload',
      read: fieldsOf,
      origin,
    }),
  ],
  read: fieldsOf,
  owns: (path) => /^containers\[[^\]]*\]$/.test(path) || /^containers\[[^\]]*\]\.(env|ports)\[/.test(path),
  risk: riskOf([]),
};

function fieldsOf(body: Json): Fields {
  const fields: Record<string, Json> = { ...labelFields(body) };
  for (const container of listAt(body, 'spec', 'template', 'spec', 'containers')) {
    const at = `containers[${textAt(container, 'name') ?? ''}]`;
    fields[at] = true;
    const image = textAt(container, 'image');
    // Before the first build the manifest has no image; the deploy step fills it in.
    if (image !== null) fields[`${at}.image`] = image;
    for (const port of listAt(container, 'ports')) {
      const number = numberAt(port, 'containerPort') ?? 0;
      fields[`${at}.ports[${number}/${textAt(port, 'protocol') ?? 'TCP'}]`] = textAt(port, 'name') ?? '';
    }
    for (const variable of listAt(container, 'env')) {
      // The API server drops an empty value; a variable from a reference shows as the reference.
      const source = entriesAt(variable, 'valueFrom')[0];
      fields[`${at}.env[${textAt(variable, 'name') ?? ''}]`] =
        source === undefined ? (textAt(variable, 'value') ?? '') : { [source[0]]: source[1] };
    }
    for (const [resource, quantity] of entriesAt(container, 'resources', 'requests')) {
      fields[`${at}.resources.requests.${resource}`] =
        typeof quantity === 'string' ? canonicalQuantity(quantity) : quantity;
    }
    const probe = textAt(container, 'readinessProbe', 'httpGet', 'path');
    if (probe !== null) fields[`${at}.readinessProbe.path`] = probe;
  }
  return fields;
}

function origin(path: string): string | null {
  const env = /\.env\[(.*)\]$/.exec(path)?.[1];
  if (env !== undefined) return `spec.workload.env[${env}]`;
  if (path.endsWith('.image')) return 'spec.workload.source';
  if (path.endsWith('.resources.requests.cpu')) return 'spec.workload.resources.cpu';
  if (path.endsWith('.resources.requests.memory')) return 'spec.workload.resources.memory';
  if (path.endsWith('.readinessProbe.path')) return 'spec.workload.health.path';
  if (path.includes('.ports[')) return 'spec.workload.port';
  return path.startsWith('containers[') ? 'spec.workload.name' : null;
}
