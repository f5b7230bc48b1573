/** The connectors of the services that keep data: Spanner, Cloud Storage, Secret Manager and Pub/Sub. */
import { connectors, get, LIST, post, remove, type Connector } from './model.ts';

const onSession = (verb: string) => post(`/v1/{+session}:${verb}`);

const SPANNER = connectors('spanner', 'spanner.v1.projects.instances.databases.sessions', {
  create: post('/v1/{+database}/sessions', 'optional'),
  get: get('/v1/{+name}'),
  list: get('/v1/{+database}/sessions', LIST),
  delete: remove('/v1/{+name}'),
  beginTransaction: onSession('beginTransaction'),
  read: onSession('read'),
  commit: onSession('commit'),
  rollback: onSession('rollback'),
  executeSql: onSession('executeSql'),
  executeBatchDml: onSession('executeBatchDml'),
});

const IF_GENERATION = ['ifGenerationMatch', 'ifGenerationNotMatch'];
const IF_METAGENERATION = ['ifMetagenerationMatch', 'ifMetagenerationNotMatch'];
const OBJECT = '/storage/v1/b/{bucket}/o/{+object}';
const BUCKET = '/storage/v1/b/{bucket}';

const STORAGE = connectors('storage', 'storage.v1', {
  'objects.get': get(OBJECT, ['alt', 'generation', ...IF_GENERATION, 'projection']),
  'objects.insert': {
    ...post('/upload/storage/v1/b/{bucket}/o', 'optional'),
    query: ['name', 'uploadType', 'contentEncoding', ...IF_GENERATION, 'predefinedAcl'],
  },
  'objects.list': get('/storage/v1/b/{bucket}/o', [
    ...['delimiter', 'endOffset', 'maxResults', 'pageToken', 'prefix', 'projection', 'startOffset'],
    'versions',
  ]),
  'objects.patch': {
    http: 'PATCH',
    path: OBJECT,
    query: ['generation', ...IF_GENERATION, ...IF_METAGENERATION, 'predefinedAcl', 'projection'],
    body: 'required',
  },
  'objects.delete': remove(OBJECT, ['generation', ...IF_GENERATION]),
  'buckets.get': get(BUCKET, [...IF_METAGENERATION, 'projection']),
  'buckets.list': get('/storage/v1/b', ['project!', 'maxResults', 'pageToken', 'prefix', 'projection']),
  'buckets.insert': {
    ...post('/storage/v1/b'),
    query: ['project!', 'predefinedAcl', 'predefinedDefaultObjectAcl', 'projection'],
  },
  'buckets.patch': {
    http: 'PATCH',
    path: BUCKET,
    query: [...IF_METAGENERATION, 'predefinedAcl', 'projection'],
    body: 'required',
  },
  'buckets.delete': remove(BUCKET, IF_METAGENERATION),
});

const SECRETS = connectors('secretmanager', 'secretmanager.v1.projects.secrets', {
  create: { ...post('/v1/{+parent}/secrets'), query: ['secretId!'] },
  get: get('/v1/{+name}'),
  list: get('/v1/{+parent}/secrets', LIST),
  delete: remove('/v1/{+name}', ['etag']),
  addVersion: post('/v1/{+parent}:addVersion'),
  'versions.access': get('/v1/{+name}:access'),
  'versions.get': get('/v1/{+name}'),
  'versions.list': get('/v1/{+parent}/versions', LIST),
  'versions.enable': post('/v1/{+name}:enable', 'optional'),
  'versions.disable': post('/v1/{+name}:disable', 'optional'),
  'versions.destroy': post('/v1/{+name}:destroy', 'optional'),
});

const PUBSUB = connectors('pubsub', 'pubsub.v1.projects.topics', {
  publish: post('/v1/{+topic}:publish'),
});

export const DATA_CONNECTORS: readonly Connector[] = [...SPANNER, ...STORAGE, ...SECRETS, ...PUBSUB];
