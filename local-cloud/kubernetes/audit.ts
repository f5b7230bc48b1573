/**
 * What a cluster's API leaves in its project's Admin Activity log: every write over the wire, never a read.
 * Source: cloud.google.com/kubernetes-engine/docs/how-to/audit-logging, and entries published by people who read theirs.
 */
import { statusOfHttp, CANONICAL } from '../core/errors.ts';
import { labelsOf, writeActivity } from '../logging/audit.ts';
import type { Answer } from './api.ts';
import type { Cluster } from './cluster.ts';
import { isObject, objectAt, textAt } from './object.ts';
import type { ObjectRoute } from './routes.ts';
import { parseYaml } from './write-patch.ts';
import type { Body } from '../core/store.ts';

export interface Writing {
  readonly url: URL;
  readonly body: Buffer;
  readonly principal: string;
  readonly impersonator: string | undefined;
  readonly agent: string | undefined;
  /** When it was answered, in milliseconds of cloud time. */
  readonly at: number;
}

const WRITES: ReadonlySet<ObjectRoute['verb']> = new Set([
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
]);

/** A dry run writes nothing, so nothing is written about it. */
export function writeAudit(cluster: Cluster, route: ObjectRoute, call: Writing, answer: Answer): void {
  if (!WRITES.has(route.verb) || call.url.searchParams.has('dryRun')) return;
  const project = /^projects\/([^/]+)/.exec(cluster.name)?.[1] ?? '-';
  const request = requestOf(call.body);
  writeActivity(
    cluster.cloud,
    {
      service: 'k8s.io',
      method: methodOf(route),
      project,
      resourceName: nameOf(route, request),
      resource: { type: 'k8s_cluster', labels: labelsOf('k8s_cluster', project, cluster.name) },
      principal: call.principal,
      impersonator: call.impersonator,
      userAgent: call.agent,
      at: call.at,
      request,
    },
    answer.status >= 400 ? { error: errorOf(answer) } : {},
  );
}

/** `io.k8s.apps.v1.deployments.patch`; a group with a domain is turned round: `io.k8s.authorization.rbac.v1.roles`. */
function methodOf({ kind, subresource, verb }: ObjectRoute): string {
  const group = kind.group.includes('.')
    ? kind.group.split('.').reverse().join('.')
    : `io.k8s.${kind.group || 'core'}`;
  return [group, kind.version, kind.resource, ...(subresource === '' ? [] : [subresource]), verb].join('.');
}

/** `apps/v1/namespaces/NS/deployments/NAME`. */
function nameOf({ kind, namespace, name, subresource }: ObjectRoute, request: Body | undefined): string {
  const named = name || textAt(objectAt(request, 'metadata'), 'name');
  return [
    kind.group || 'core',
    kind.version,
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    kind.resource,
    ...(named ? [named] : []),
    ...(subresource === '' ? [] : [subresource]),
  ].join('/');
}

/** Patches that are lists, and bodies nobody can read, are left out. */
function requestOf(body: Buffer): Body | undefined {
  if (body.length === 0) return undefined;
  try {
    const value = parseYaml(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const errorOf = ({ status, body }: Answer) => ({
  code: CANONICAL[statusOfHttp(status)].grpc,
  message: textAt(body as Body, 'message') ?? `HTTP ${status}`,
});
