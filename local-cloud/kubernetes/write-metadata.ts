/** What a write's metadata must say: names, namespaces that stand, and the identity of what is replaced. */
import { randomUUID } from 'node:crypto';
import type { Body } from '../core/store.ts';
import { now, type Cluster } from './cluster.ts';
import { kindNamed, type Kind } from './kinds.ts';
import { omit, textAt, type Kube, type Metadata } from './object.ts';
import { badRequest, forbidden, invalid, notFound, StatusError, type Subject } from './status.ts';

export const subjectOf = ({ group, resource }: Kind, name: string): Subject => ({ group, resource, name });

export function newMetadata(
  cluster: Cluster,
  kind: Kind,
  namespace: string | undefined,
  given: Body,
): Metadata {
  if (textAt(given, 'resourceVersion') !== undefined) {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  const own = textAt(given, 'namespace');
  if (own !== undefined && own !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const prefix = textAt(given, 'generateName');
  const name = textAt(given, 'name') ?? (prefix === undefined ? '' : `${prefix}${randomUUID().slice(0, 5)}`);
  if (name === '') {
    throw invalid(kind.kind, kind.group, '', [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: name or generateName is required',
        field: 'metadata.name',
      },
    ]);
  }
  return {
    ...omit(given, 'managedFields', 'deletionTimestamp'),
    name,
    ...(namespace !== undefined && { namespace }),
    uid: randomUUID(),
    creationTimestamp: now(cluster),
    ...(kind.generation && { generation: 1 }),
    // Set by the store; an object that was never stored has none.
  } as Metadata;
}

export function requireNamespace(cluster: Cluster, name: string, subject: Subject): void {
  const namespaces = kindNamed('Namespace');
  const namespace = cluster.store.get(namespaces, undefined, name);
  if (!namespace) throw notFound(subjectOf(namespaces, name));
  if (namespace.metadata.deletionTimestamp === undefined) return;
  throw forbidden(
    subject,
    `unable to create new content in namespace ${name} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${name} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  );
}

export function requireSameIdentity(kind: Kind, live: Kube, proposed: Body): void {
  const name = textAt(proposed, 'name') ?? live.metadata.name;
  if (name !== live.metadata.name) {
    throw badRequest(
      `the name of the object (${name}) does not match the name on the URL (${live.metadata.name})`,
    );
  }
  const namespace = textAt(proposed, 'namespace') ?? live.metadata.namespace;
  if (namespace !== live.metadata.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const uid = textAt(proposed, 'uid') ?? live.metadata.uid;
  if (uid !== live.metadata.uid) {
    throw new StatusError(
      409,
      'Conflict',
      `Operation cannot be fulfilled on ${kind.resource} "${name}": Precondition failed: UID in precondition: ${uid}, ` +
        `UID in object meta: ${live.metadata.uid}`,
    );
  }
}
