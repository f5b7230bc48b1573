/** Creates, replaces and deletes objects: decoding, defaults, validation, ownership, versions. */
import type { Body, Json } from '../core/store.ts';
import { freeClusterIp, freeNodePort, now, type Cluster } from './cluster.ts';
import type { DefaultContext } from './defaults/types.ts';
import { ownersAfterUpdate, readOwners, writeOwners, type Owners, type Writer } from './fields/ownership.ts';
import { apiVersionOf, type Kind } from './kinds.ts';
import { objectAt, omit, sameJson, textAt, type Kube, type Metadata } from './object.ts';
import { decode, DecodeError } from './schema/decode.ts';
import { alreadyExists, badRequest, staleWrite, type StatusError } from './status.ts';
import { validate } from './validate.ts';
import { newMetadata, requireNamespace, requireSameIdentity, subjectOf } from './write-metadata.ts';

export interface WriteOptions {
  /** Who writes, as `managedFields` will say. */
  readonly manager: string;
  readonly dryRun: boolean;
  /** What becomes of unknown fields: refused, named in warnings, or dropped in silence. */
  readonly validation: 'Strict' | 'Warn' | 'Ignore';
  readonly subresource: '' | 'status' | 'scale';
}

export interface Written {
  readonly object: Kube;
  readonly created: boolean;
  readonly warnings: readonly string[];
}

export const writerOf = (kind: Kind, options: WriteOptions, operation: Writer['operation']): Writer => ({
  manager: options.manager,
  operation,
  apiVersion: apiVersionOf(kind),
  subresource: options.subresource,
});

/** The object as the kind's types read it. Throws 400 on wrong types, or on unknown fields when validation is strict. */
export function decodeAs(kind: Kind, body: Body, options: WriteOptions): { value: Body; warnings: string[] } {
  for (const [field, want] of [
    ['apiVersion', apiVersionOf(kind)],
    ['kind', kind.kind],
  ] as const) {
    const have = textAt(body, field);
    if (have !== undefined && have !== want) {
      throw badRequest(`the object's ${field} (${have}) does not match the expected ${field} (${want})`);
    }
  }
  const refused = (why: string): StatusError =>
    badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${why}`);
  try {
    const { value, unknown } = decode(body, kind.schema);
    const warnings = unknown.map((path) => `unknown field "${path}"`);
    if (options.validation === 'Strict' && warnings.length > 0) {
      throw refused(`strict decoding error: ${warnings.join(', ')}`);
    }
    return { value, warnings: options.validation === 'Warn' ? warnings : [] };
  } catch (error) {
    if (error instanceof DecodeError) throw refused(error.message);
    throw error;
  }
}

/**
 * Stores a new object. `owners` is given by server-side apply, which has worked out ownership itself; every other
 * writer owns what it sent and what was defaulted.
 */
export function create(
  cluster: Cluster,
  kind: Kind,
  namespace: string | undefined,
  body: Body,
  options: WriteOptions,
  owners?: Owners,
): Written {
  const { value, warnings } = decodeAs(kind, body, options);
  const metadata = newMetadata(cluster, kind, namespace, objectAt(value, 'metadata'));
  if (namespace !== undefined) requireNamespace(cluster, namespace, subjectOf(kind, metadata.name));
  if (cluster.store.get(kind, namespace, metadata.name)) throw alreadyExists(subjectOf(kind, metadata.name));
  const object = shaped(kind, value, metadata);
  if (kind.status) Reflect.deleteProperty(object, 'status');
  kind.defaults(object, contextOf(cluster, undefined));
  validate(kind, object, undefined);
  const owned =
    owners ??
    ownersAfterUpdate(new Map(), writerOf(kind, options, 'Update'), {}, object, kind.schema, now(cluster));
  metadata.managedFields = writeOwners(owned);
  return { object: options.dryRun ? object : cluster.store.put(kind, object), created: true, warnings };
}

/** Replaces `live` by `body`. A write that changes nothing keeps the version; `owners` as in `create`. */
export function replace(
  cluster: Cluster,
  kind: Kind,
  live: Kube,
  body: Body,
  options: WriteOptions,
  owners?: Owners,
): Written {
  const { value, warnings } = decodeAs(kind, body, options);
  const proposed = objectAt(value, 'metadata');
  const version = textAt(proposed, 'resourceVersion');
  const subject = subjectOf(kind, live.metadata.name);
  if (version !== undefined && version !== live.metadata.resourceVersion) throw staleWrite(subject);
  requireSameIdentity(kind, live, proposed);
  const object = merged(kind, live, value, options);
  kind.defaults(object, contextOf(cluster, live));
  validate(kind, object, live);

  const base = readOwners(proposed['managedFields'] ?? live.metadata.managedFields);
  const next =
    owners ??
    ownersAfterUpdate(base, writerOf(kind, options, 'Update'), live, object, kind.schema, now(cluster));
  object.metadata.managedFields = writeOwners(next);
  if (kind.generation && changesSpec(live, object)) {
    object.metadata.generation = (live.metadata.generation ?? 1) + 1;
  }
  if (sameJson(object, live)) return { object: live, created: false, warnings };
  if (options.dryRun) return { object, created: false, warnings };
  return { object: settle(cluster, kind, object), created: false, warnings };
}

/** Marks `live` deleted, or takes it away when no finalizer holds it. */
export function remove(
  cluster: Cluster,
  kind: Kind,
  live: Kube,
  dryRun: boolean,
): { object: Kube; gone: boolean } {
  const held = finalizersOf(kind, live).length > 0;
  if (!held) {
    if (!dryRun) cluster.store.remove(kind, live);
    return { object: live, gone: true };
  }
  if (live.metadata.deletionTimestamp !== undefined) return { object: live, gone: false };
  const object: Kube = {
    ...live,
    metadata: { ...live.metadata, deletionTimestamp: now(cluster), deletionGracePeriodSeconds: 0 },
    ...(kind.kind === 'Namespace' && { status: { ...objectAt(live, 'status'), phase: 'Terminating' } }),
  };
  if (kind.generation) object.metadata.generation = (live.metadata.generation ?? 1) + 1;
  return { object: dryRun ? object : cluster.store.put(kind, object), gone: false };
}

/** Stores a changed object, or lets a deleted one go once its last finalizer is gone. */
function settle(cluster: Cluster, kind: Kind, object: Kube): Kube {
  if (object.metadata.deletionTimestamp !== undefined && finalizersOf(kind, object).length === 0) {
    cluster.store.remove(kind, object);
    return object;
  }
  return cluster.store.put(kind, object);
}

function finalizersOf(kind: Kind, object: Kube): readonly unknown[] {
  const own = object.metadata.finalizers ?? [];
  const spec = kind.kind === 'Namespace' ? objectAt(object, 'spec')['finalizers'] : [];
  return [...own, ...(Array.isArray(spec) ? spec : [])];
}

const contextOf = (cluster: Cluster, live: Kube | undefined): DefaultContext => ({
  live,
  clusterIp: () => freeClusterIp(cluster),
  nodePort: (taken) => freeNodePort(cluster, taken),
});

/** The key order real answers have. */
const shaped = (kind: Kind, value: Body, metadata: Metadata): Kube => ({
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
  metadata,
  ...omit(value, 'apiVersion', 'kind', 'metadata'),
});

/** What the endpoint lets a caller change: status below /status, everything else at the object itself. */
function merged(kind: Kind, live: Kube, value: Body, options: WriteOptions): Kube {
  const withStatus = (rest: Body, status: Json | undefined, metadata: Metadata): Kube =>
    shaped(kind, { ...omit(rest, 'status'), ...(status !== undefined && { status }) }, metadata);
  if (options.subresource === 'status') return withStatus(live, value['status'], { ...live.metadata });
  const proposed = objectAt(value, 'metadata');
  const editable = ['labels', 'annotations', 'finalizers', 'ownerReferences'];
  const metadata = {
    ...omit(live.metadata, ...editable),
    ...Object.fromEntries(Object.entries(proposed).filter(([key]) => editable.includes(key))),
  } as Metadata;
  return withStatus(value, kind.status ? live['status'] : value['status'], metadata);
}

/** Everything but metadata and status counts as the spec, as for the real generation. */
const changesSpec = (live: Kube, object: Kube): boolean =>
  !sameJson(omit(live, 'metadata', 'status'), omit(object, 'metadata', 'status'));
