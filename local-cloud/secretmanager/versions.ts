/** Secret versions: their payloads stay out of the resource store, so that no inventory or listing can show them. */
import { invalid, isObject, onlyKnown, stringField } from '../core/body.ts';
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { crc32c } from '../core/crc32c.ts';
import { ApiError, notFound } from '../core/errors.ts';
import { perCloud } from '../core/per-cloud.ts';
import { projectNumber } from '../core/projects.ts';
import { pathOf, type Resource } from '../core/store.ts';

const SECRET_VERSION = 'secretmanager.googleapis.com/SecretVersion';
/** cloud.google.com/secret-manager/quotas. */
const MAX_PAYLOAD_BYTES = 65_536;

const payloadsOf = perCloud(() => new Map<string, Buffer>());

/** The name as Secret Manager answers it: with the project's number, whatever the caller wrote. */
export const answeredName = (resource: Resource): string =>
  pathOf(resource.name).replace(/^projects\/[^/]+/, `projects/${projectNumber(resource.project)}`);

/** The versions of the secret with this store name, newest first. */
export function versionsOf(cloud: Cloud, secret: string): Resource[] {
  const found = cloud.resources.list({ assetType: SECRET_VERSION, prefix: `${secret}/versions/` });
  return found.sort((a, b) => numberOf(b) - numberOf(a));
}

export const numberOf = (version: Resource): number =>
  Number(version.name.slice(version.name.lastIndexOf('/') + 1));

export const versionBody = (version: Resource): object => ({ ...version.body, name: answeredName(version) });

/** Adds a version from `{payload: {data, dataCrc32c}}`. Throws INVALID_ARGUMENT for no data, too much, or a wrong sum. */
export function addVersion(cloud: Cloud, secret: Resource, request: Record<string, unknown>): object {
  const payload = request['payload'];
  if (!isObject(payload)) throw invalid('payload must be given.');
  onlyKnown(payload, ['data', 'dataCrc32c'], 'payload');
  const text = stringField(payload, 'data');
  if (text === undefined || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(text))
    throw invalid('payload.data must be base64.');
  const data = Buffer.from(text, 'base64');
  if (data.length > MAX_PAYLOAD_BYTES)
    throw invalid(`The payload is ${data.length} bytes; ${MAX_PAYLOAD_BYTES} are allowed.`);
  const sum = payload['dataCrc32c'];
  if (sum !== undefined && Number(sum) !== crc32c(data))
    throw invalid('dataCrc32c does not match the payload.');

  const name = `${secret.name}/versions/${nextNumber(cloud, secret.name)}`;
  const version = cloud.resources.create({
    name,
    assetType: SECRET_VERSION,
    project: secret.project,
    location: 'global',
    body: {
      createTime: timestamp(cloud.clock.now()),
      state: 'ENABLED',
      replicationStatus: { automatic: {} },
      clientSpecifiedPayloadChecksum: sum !== undefined,
    },
  });
  payloadsOf(cloud).set(name, data);
  return versionBody(version);
}

/** The version by number, or the newest by `latest`. Throws NOT_FOUND. */
export function requireVersion(cloud: Cloud, secret: Resource, id: string): Resource {
  const version =
    id === 'latest'
      ? versionsOf(cloud, secret.name)[0]
      : cloud.resources.get(`${secret.name}/versions/${id}`);
  if (version) return version;
  throw notFound(`Secret Version [${answeredName(secret)}/versions/${id}]`);
}

/** `{name, payload}`. Throws as `payloadOf` does. */
export function accessVersion(cloud: Cloud, version: Resource): object {
  const data = payloadOf(cloud, version);
  return {
    name: answeredName(version),
    payload: { data: data.toString('base64'), dataCrc32c: String(crc32c(data)) },
  };
}

/** What the version holds. Throws FAILED_PRECONDITION when it is disabled or destroyed. */
export function payloadOf(cloud: Cloud, version: Resource): Buffer {
  const data = payloadsOf(cloud).get(version.name);
  const state = stringField(version.body, 'state') ?? 'UNKNOWN';
  if (state === 'ENABLED' && data !== undefined) return data;
  throw new ApiError(
    'FAILED_PRECONDITION',
    `Secret Version [${answeredName(version)}] is in ${state} state.`,
  );
}

/** Moves a version between states; DESTROYED forgets the payload and is the end. */
export function setState(
  cloud: Cloud,
  version: Resource,
  state: 'ENABLED' | 'DISABLED' | 'DESTROYED',
): object {
  if (version.body['state'] === 'DESTROYED') {
    throw new ApiError(
      'FAILED_PRECONDITION',
      `Secret Version [${answeredName(version)}] is in DESTROYED state.`,
    );
  }
  const destroyed = state === 'DESTROYED';
  if (destroyed) payloadsOf(cloud).delete(version.name);
  const change = { state, ...(destroyed && { destroyTime: timestamp(cloud.clock.now()) }) };
  return versionBody(cloud.resources.update(version.name, (body) => ({ ...body, ...change })));
}

/** Numbers are never given twice, so destroyed versions keep theirs; only a deleted secret begins anew. */
function nextNumber(cloud: Cloud, secret: string): number {
  const [newest] = versionsOf(cloud, secret);
  return newest ? numberOf(newest) + 1 : 1;
}

/** Forgets the versions of a deleted secret with their payloads. */
export function removeVersions(cloud: Cloud, secret: string): void {
  for (const version of versionsOf(cloud, secret)) {
    payloadsOf(cloud).delete(version.name);
    cloud.resources.delete(version.name);
  }
}
