/** Secret Manager v1: secrets and their versions. Etags are accepted and not compared: nothing here edits at once. */
import { invalid, objectField, onlyKnown } from '../core/body.ts';
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError, notFound } from '../core/errors.ts';
import { pageOf } from '../core/paging.ts';
import { projectId } from '../core/projects.ts';
import type { Call, Method, Service, Source } from '../core/service.ts';
import type { Resource } from '../core/store.ts';
import * as versions from './versions.ts';

const SECRET = 'secretmanager.googleapis.com/Secret';
/** The reference gives no other bound than this one. */
const LARGEST_PAGE = 25_000;
const SECRET_ID = /^[A-Za-z0-9_-]{1,255}$/;
const SECRET_FIELDS = [
  ...['name', 'replication', 'createTime', 'labels', 'topics', 'expireTime', 'ttl', 'etag', 'rotation'],
  ...['versionAliases', 'annotations', 'versionDestroyTtl', 'customerManagedEncryption', 'tags'],
] as const;

const REFERENCE: Source = {
  kind: 'documented',
  from: 'secretmanager v1 REST reference; paths as gcloud 528 calls them',
};
const SECRETS = '/v1/projects/{project}/secrets';
const VERSIONS = `${SECRETS}/{secret}/versions`;

export function secretManagerService(cloud: Cloud): Service {
  const method = (verb: string, http: Method['http'], path: string, handler: Method['handler']): Method => ({
    id: `secretmanager.projects.secrets.${verb}`,
    http,
    path,
    source: REFERENCE,
    handler,
  });
  const version = (call: Call) =>
    versions.requireVersion(cloud, required(cloud, call), call.param('version'));
  return {
    name: 'secretmanager',
    title: 'Secret Manager',
    host: 'secretmanager.googleapis.com',
    methods: [
      method('create', 'POST', SECRETS, (call) => create(cloud, call)),
      method('list', 'GET', SECRETS, (call) => {
        const found = cloud.resources.list({
          assetType: SECRET,
          project: projectId(cloud, call.param('project')),
        });
        return {
          ...paged(call, 'secrets', found, (secret) => secret.name, secretBody),
          totalSize: found.length,
        };
      }),
      method('get', 'GET', `${SECRETS}/{secret}`, (call) => secretBody(required(cloud, call))),
      method('delete', 'DELETE', `${SECRETS}/{secret}`, (call) => {
        const { name } = required(cloud, call);
        versions.removeVersions(cloud, name);
        cloud.resources.delete(name);
      }),
      method('addVersion', 'POST', `${SECRETS}/{secret}:addVersion`, (call) =>
        versions.addVersion(cloud, required(cloud, call), call.json()),
      ),
      method('versions.list', 'GET', VERSIONS, (call) => {
        const found = versions.versionsOf(cloud, required(cloud, call).name);
        return {
          ...paged(call, 'versions', found, newestFirst, versions.versionBody),
          totalSize: found.length,
        };
      }),
      method('versions.get', 'GET', `${VERSIONS}/{version}`, (call) => versions.versionBody(version(call))),
      method('versions.access', 'GET', `${VERSIONS}/{version}:access`, (call) =>
        versions.accessVersion(cloud, version(call)),
      ),
      ...(['enable', 'disable', 'destroy'] as const).map((verb) =>
        method(`versions.${verb}`, 'POST', `${VERSIONS}/{version}:${verb}`, (call) =>
          versions.setState(cloud, version(call), STATE_AFTER[verb]),
        ),
      ),
    ],
  };
}

const STATE_AFTER = { enable: 'ENABLED', disable: 'DISABLED', destroy: 'DESTROYED' } as const;

function create(cloud: Cloud, call: Call): object {
  const project = projectId(cloud, call.param('project'));
  const secretId = call.query.get('secretId') ?? '';
  if (!SECRET_ID.test(secretId)) throw invalid(`secretId "${secretId}" must match ${SECRET_ID.source}.`);
  const request = call.json();
  onlyKnown(request, SECRET_FIELDS);
  const replication = objectField(request, 'replication');
  if (!replication) throw invalid('secret.replication must be given, e.g. {"automatic": {}}.');
  const name = storeName(project, secretId);
  if (cloud.resources.get(name)) {
    throw new ApiError('ALREADY_EXISTS', `Secret [projects/${project}/secrets/${secretId}] already exists.`);
  }
  const labels = objectField(request, 'labels');
  const annotations = objectField(request, 'annotations');
  const body = {
    createTime: timestamp(cloud.clock.now()),
    replication,
    ...(labels && { labels }),
    ...(annotations && { annotations }),
  };
  return secretBody(cloud.resources.create({ name, assetType: SECRET, project, location: 'global', body }));
}

function paged(
  call: Call,
  field: string,
  found: Resource[],
  key: (resource: Resource) => string,
  body: (resource: Resource) => object,
): object {
  const ask = { size: call.query.get('pageSize'), token: call.query.get('pageToken') };
  const { items, ...more } = pageOf(found, ask, { standard: LARGEST_PAGE, max: LARGEST_PAGE, key });
  return { [field]: items.map(body), ...more };
}

/** A key that grows while version numbers fall, as page tokens need it. */
const newestFirst = (version: Resource): string => String(1e9 - versions.numberOf(version));

const storeName = (project: string, secret: string): string =>
  `secretmanager.googleapis.com/projects/${project}/secrets/${secret}`;

const secretBody = (secret: Resource): object => ({ ...secret.body, name: versions.answeredName(secret) });

function required(cloud: Cloud, call: Call): Resource {
  const project = projectId(cloud, call.param('project'));
  const found = cloud.resources.get(storeName(project, call.param('secret')));
  if (found) return found;
  throw notFound(`Secret [projects/${project}/secrets/${call.param('secret')}]`);
}
