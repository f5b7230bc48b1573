/** The four ways to PATCH an object, and the scale subresource they may go through. */
import { parse } from 'yaml';
import type { Body, Json } from '../core/store.ts';
import { now, type Cluster } from './cluster.ts';
import { readOwners } from './fields/ownership.ts';
import { apiVersionOf, type Kind } from './kinds.ts';
import { isObject, numberAt, objectAt, textAt, textsAt, type Kube } from './object.ts';
import { apply } from './patch/apply.ts';
import { applyJsonPatch } from './patch/json.ts';
import { mergePatch } from '../core/merge-patch.ts';
import { strategicPatch } from './patch/strategic.ts';
import { scale as scaleSchema } from './schema/workloads.ts';
import { badRequest, invalid, notFound, staleWrite, StatusError } from './status.ts';
import { create, decodeAs, replace, writerOf, type WriteOptions, type Written } from './write.ts';
import { subjectOf } from './write-metadata.ts';

export interface PatchRequest {
  readonly namespace: string | undefined;
  readonly name: string;
  /** Media type without parameters. */
  readonly contentType: string;
  readonly body: Buffer;
  /** Apply only: take fields from their owners. */
  readonly force: boolean;
}

export const APPLY = 'application/apply-patch+yaml';
const JSON_PATCH = 'application/json-patch+json';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';

/** Throws 404 when there is nothing to patch, except for apply, which creates. */
export function patch(cluster: Cluster, kind: Kind, request: PatchRequest, options: WriteOptions): Written {
  const live = cluster.store.get(kind, request.namespace, request.name);
  if (request.contentType === APPLY) return applyPatch(cluster, kind, live, request, options);
  if (!live) throw notFound(subjectOf(kind, request.name));
  const scaling = options.subresource === 'scale';
  const target: Body = scaling ? scaleOf(live) : live;
  const patched = patchBody(target, kind, request, scaling);
  if (!isObject(patched)) throw badRequest('the patched object is not an object');
  return scaling
    ? replaceScale(cluster, kind, live, patched, options)
    : replace(cluster, kind, live, patched, options);
}

function patchBody(target: Body, kind: Kind, request: PatchRequest, scaling: boolean): Json {
  const schema = scaling ? scaleSchema : kind.schema;
  switch (request.contentType) {
    case JSON_PATCH:
      return applyJsonPatch(target, parseJson(request.body));
    case MERGE:
      return mergePatch(target, parseJson(request.body));
    case STRATEGIC: {
      if (kind.custom) throw unsupportedType([JSON_PATCH, MERGE, APPLY]);
      const body = parseJson(request.body);
      if (!isObject(body)) throw badRequest('a strategic merge patch is an object');
      return strategicPatch(structuredClone(target), body, schema);
    }
    default:
      throw unsupportedType([JSON_PATCH, MERGE, ...(kind.custom ? [] : [STRATEGIC]), APPLY]);
  }
}

function applyPatch(
  cluster: Cluster,
  kind: Kind,
  live: Kube | undefined,
  request: PatchRequest,
  options: WriteOptions,
): Written {
  const config = configOf(kind, request, options);
  const version = textAt(objectAt(config, 'metadata'), 'resourceVersion');
  if (version !== undefined && version !== live?.metadata.resourceVersion) {
    throw staleWrite(subjectOf(kind, request.name));
  }
  const { object, owners } = apply({
    live: live ?? {},
    owners: readOwners(live?.metadata.managedFields),
    config,
    schema: kind.schema,
    writer: writerOf(kind, options, 'Apply'),
    force: request.force,
    time: now(cluster),
    details: { name: request.name, ...(kind.group !== '' && { group: kind.group }), kind: kind.resource },
  });
  return live
    ? replace(cluster, kind, live, object, options, owners)
    : create(cluster, kind, request.namespace, object, options, owners);
}

/** The applied configuration, cut to what the endpoint lets its caller own. */
function configOf(kind: Kind, request: PatchRequest, options: WriteOptions): Body {
  if (options.manager === '') {
    throw invalid('PatchOptions', 'meta.k8s.io', '', [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: is required for apply patch',
        field: 'fieldManager',
      },
    ]);
  }
  const config = parseYaml(request.body);
  if (!isObject(config)) throw badRequest('an apply configuration is an object');
  const metadata = objectAt(config, 'metadata');
  if (metadata['managedFields'] !== undefined) throw badRequest('metadata.managedFields must be nil');
  const name = textAt(metadata, 'name') ?? request.name;
  if (name !== request.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${request.name})`);
  }
  if (options.subresource === 'scale') {
    return { spec: { replicas: numberAt(objectAt(config, 'spec'), 'replicas') ?? 0 } };
  }
  if (textAt(config, 'apiVersion') === undefined || textAt(config, 'kind') === undefined) {
    throw badRequest('invalid object type: an apply configuration names its apiVersion and kind');
  }
  // The typed decoder sees the configuration too, so that a misspelt field is refused before anything is merged.
  decodeAs(kind, config, options);
  const { status, ...rest } = config;
  if (options.subresource === 'status') return { metadata, ...(status !== undefined && { status }) };
  const whole = kind.status ? rest : config;
  return {
    ...whole,
    metadata: { ...metadata, name, ...(request.namespace !== undefined && { namespace: request.namespace }) },
  };
}

/** The autoscaling/v1 view of a scalable object. */
export function scaleOf(object: Kube): Body {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = Object.entries(textsAt(objectAt(objectAt(object, 'spec'), 'selector'), 'matchLabels'));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      uid,
      resourceVersion,
      creationTimestamp,
    },
    spec: { replicas: numberAt(objectAt(object, 'spec'), 'replicas') ?? 0 },
    status: {
      replicas: numberAt(objectAt(object, 'status'), 'replicas') ?? 0,
      selector: selector.map(([key, value]) => `${key}=${value}`).join(','),
    },
  };
}

/** Writes a changed Scale back to the object it is a view of. */
export function replaceScale(
  cluster: Cluster,
  kind: Kind,
  live: Kube,
  scale: Body,
  options: WriteOptions,
): Written {
  const replicas = numberAt(objectAt(scale, 'spec'), 'replicas') ?? 0;
  if (replicas < 0) {
    throw invalid('Scale', 'autoscaling', live.metadata.name, [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
        field: 'spec.replicas',
      },
    ]);
  }
  const version = textAt(objectAt(scale, 'metadata'), 'resourceVersion');
  return replace(
    cluster,
    kind,
    live,
    {
      ...live,
      apiVersion: apiVersionOf(kind),
      metadata: { ...live.metadata, ...(version !== undefined && { resourceVersion: version }) },
      spec: { ...objectAt(live, 'spec'), replicas },
    },
    options,
  );
}

function parseJson(body: Buffer): Json {
  try {
    return JSON.parse(body.toString()) as Json;
  } catch (error) {
    throw badRequest(`error decoding patch: ${(error as Error).message}`);
  }
}

/** JSON is YAML. Throws 400 when `body` is neither. */
export function parseYaml(body: Buffer): Json {
  const text = body.toString();
  try {
    return (text.trimStart().startsWith('{') ? JSON.parse(text) : parse(text)) as Json;
  } catch (error) {
    throw badRequest(`error decoding YAML: ${(error as Error).message}`);
  }
}

const unsupportedType = (accepted: readonly string[]): StatusError =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: ' + accepted.join(', '),
  );
