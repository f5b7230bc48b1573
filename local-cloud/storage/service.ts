/** Cloud Storage: the JSON API, and the plain `GET /bucket/object` that Go clients read content with. */
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import { pageOf } from '../core/paging.ts';
import { projectId } from '../core/projects.ts';
import { Reply, type Call, type Handler, type Method, type Service, type Source } from '../core/service.ts';
import {
  BUCKET,
  bucketBody,
  bucketName,
  createBucket,
  deleteBucket,
  metagenerationOf,
  patchBucket,
  requireBucket,
} from './buckets.ts';
import { asXml } from './errors.ts';
import { listObjects } from './listing.ts';
import { objectStore, type ObjectStore } from './object-store.ts';
import { mediaReply, objectBody, readObject } from './objects.ts';
import { patchedObject } from './patch.ts';
import { preconditionsOf, requirePreconditions } from './preconditions.ts';
import { Uploads } from './uploads.ts';

const SEEN: Source = {
  kind: 'recorded',
  from: "calls of Terraform's gcs backend and of gcloud storage; storage v1 JSON reference",
};
const REFERENCE: Source = { kind: 'documented', from: 'storage v1 JSON reference' };

/** Buckets per page: storage v1 reference, `buckets.list`. */
const BUCKET_PAGES = { standard: 1000, max: 1000, key: bucketName };

export function storageService(cloud: Cloud): Service {
  const objects = objectStore(cloud);
  return {
    name: 'storage',
    title: 'Cloud Storage',
    host: 'storage.googleapis.com',
    methods: [
      ...bucketMethods(cloud, objects),
      ...uploadMethods(objects),
      ...objectMethods(objects),
      // Last: its path would take every other one.
      plainGet(objects),
    ],
  };
}

const method = (
  id: string,
  http: Method['http'],
  path: string,
  source: Source,
  handler: Handler,
): Method => ({
  id: `storage.${id}`,
  http,
  path,
  source,
  handler,
});

function bucketMethods(cloud: Cloud, objects: ObjectStore): Method[] {
  const generations = (bucket: string) => ({
    generation: 1,
    metageneration: metagenerationOf(requireBucket(cloud, bucket).body),
  });
  return [
    method('buckets.list', 'GET', '/storage/v1/b', SEEN, ({ query }) => {
      const prefix = query.get('prefix') ?? '';
      const all = cloud.resources
        .list({ assetType: BUCKET, project: requiredProject(cloud, query) })
        .filter((bucket) => bucketName(bucket).startsWith(prefix));
      const ask = { size: query.get('maxResults'), token: query.get('pageToken') };
      const { items, ...next } = pageOf(all, ask, BUCKET_PAGES);
      return { kind: 'storage#buckets', items: items.map(bucketBody), ...next };
    }),
    method('buckets.insert', 'POST', '/storage/v1/b', REFERENCE, (call) =>
      bucketBody(createBucket(cloud, requiredProject(cloud, call.query), call.json())),
    ),
    method('buckets.get', 'GET', '/storage/v1/b/{bucket}', SEEN, (call) =>
      bucketBody(requireBucket(cloud, call.param('bucket'))),
    ),
    method('buckets.patch', 'PATCH', '/storage/v1/b/{bucket}', REFERENCE, (call) => {
      requirePreconditions(preconditionsOf(call.query), generations(call.param('bucket')));
      return bucketBody(patchBucket(cloud, call.param('bucket'), call.json()));
    }),
    method('buckets.delete', 'DELETE', '/storage/v1/b/{bucket}', REFERENCE, (call) => {
      const bucket = call.param('bucket');
      requirePreconditions(preconditionsOf(call.query), generations(bucket));
      deleteBucket(cloud, bucket, objects.list(bucket).length === 0);
      return new Reply(204);
    }),
  ];
}

function uploadMethods(objects: ObjectStore): Method[] {
  const uploads = new Uploads(objects);
  const path = '/upload/storage/v1/b/{bucket}/o';
  return [
    method('objects.insert', 'POST', path, SEEN, (call) => uploads.begin(call)),
    method('objects.insert.chunk', 'PUT', path, REFERENCE, (call) => uploads.continue(call)),
  ];
}

function objectMethods(objects: ObjectStore): Method[] {
  const path = '/storage/v1/b/{bucket}/o/{object=**}';
  return [
    method('objects.list', 'GET', '/storage/v1/b/{bucket}/o', SEEN, (call) => {
      const { items, prefixes, ...next } = listObjects(objects.list(call.param('bucket')), call.query);
      return {
        kind: 'storage#objects',
        ...(items.length > 0 && { items: items.map(objectBody) }),
        ...(prefixes.length > 0 && { prefixes }),
        ...next,
      };
    }),
    method('objects.rewrite', 'POST', `${path}/rewriteTo/b/{toBucket}/o/{toObject=**}`, REFERENCE, (call) =>
      rewrite(objects, call),
    ),
    method('objects.get', 'GET', path, SEEN, (call) =>
      readObject(objects, call, call.param('bucket'), call.param('object')),
    ),
    method('objects.download', 'GET', `/download${path}`, SEEN, (call) =>
      readObject(objects, call, call.param('bucket'), call.param('object')),
    ),
    method('objects.patch', 'PATCH', path, REFERENCE, (call) => {
      const want = preconditionsOf(call.query);
      const change = patchedObject(call.json());
      const generation = call.query.get('generation');
      return objectBody(objects.patch(call.param('bucket'), call.param('object'), change, want, generation));
    }),
    method('objects.delete', 'DELETE', path, SEEN, (call) => {
      const want = preconditionsOf(call.query);
      objects.delete(call.param('bucket'), call.param('object'), want, call.query.get('generation'));
      return new Reply(204);
    }),
  ];
}

/** Server-side copy; ours is always done in one call. */
function rewrite(objects: ObjectStore, call: Call): object {
  const source = objects.get(call.param('bucket'), call.param('object'), call.query.get('sourceGeneration'));
  const { data, contentType, attributes } = source;
  const copy = { data, contentType, attributes: { ...attributes, ...call.json() } };
  const stored = objects.put(
    call.param('toBucket'),
    call.param('toObject'),
    copy,
    preconditionsOf(call.query),
  );
  const size = String(data.length);
  return {
    kind: 'storage#rewriteResponse',
    totalBytesRewritten: size,
    objectSize: size,
    done: true,
    resource: objectBody(stored),
  };
}

/** First segments that belong to the JSON API: an unknown path below them is an unknown method, not a bucket. */
const RESERVED = new Set(['storage', 'upload', 'download', 'batch', 'resumable', 'discovery']);

function plainGet(objects: ObjectStore): Method {
  return method('xml.objects.get', 'GET', '/{bucket}/{object=**}', SEEN, (call) => {
    const bucket = call.param('bucket');
    if (RESERVED.has(bucket)) {
      throw new ApiError(
        'UNIMPLEMENTED',
        `storage.googleapis.com: GET ${call.url.pathname} is not part of the local cloud.`,
      );
    }
    try {
      return mediaReply(objects.get(bucket, call.param('object'), call.query.get('generation')), call);
    } catch (error) {
      return asXml(error);
    }
  });
}

function requiredProject(cloud: Cloud, query: URLSearchParams): string {
  const project = query.get('project');
  if (project) return projectId(cloud, project);
  throw new ApiError('INVALID_ARGUMENT', 'Required parameter: project', { reason: 'required' });
}
