/** Buckets: resources like any other, so that Terraform, Asset Inventory and this API see the same ones. */
import type { Cloud } from '../core/cloud.ts';
import { invalid, onlyKnown, stringField } from '../core/body.ts';
import { mergePatch } from '../core/merge-patch.ts';
import { projectNumber } from '../core/projects.ts';
import type { Body, Resource } from '../core/store.ts';
import { conflict, noSuchBucket } from './errors.ts';

export const BUCKET = 'storage.googleapis.com/Bucket';

const storeName = (bucket: string): string => `storage.googleapis.com/${bucket}`;

/** cloud.google.com/storage/docs/buckets#naming: 3 to 63 characters; the forms with dots are left to DNS rules. */
const NAME = /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/;

/** Settings a caller may give and we only keep; everything else of the JSON API's Bucket is refused by name. */
const SETTINGS = [
  ...['acl', 'autoclass', 'billing', 'cors', 'defaultEventBasedHold', 'defaultObjectAcl', 'encryption'],
  ...[
    'hierarchicalNamespace',
    'iamConfiguration',
    'labels',
    'lifecycle',
    'location',
    'locationType',
    'logging',
  ],
  ...['retentionPolicy', 'rpo', 'softDeletePolicy', 'storageClass', 'versioning', 'website'],
];

/** The bucket's name, from the resource that stands for it. */
export const bucketName = (bucket: Resource): string => bucket.name.slice(bucket.name.indexOf('/') + 1);

/** Throws 404 in the service's words. */
export function requireBucket(cloud: Cloud, bucket: string): Resource {
  const found = cloud.resources.get(storeName(bucket));
  if (!found) throw noSuchBucket();
  return found;
}

/** Creates a bucket in `project`. Throws 400 for a bad name or field, 409 when anybody has that name already. */
export function createBucket(cloud: Cloud, project: string, body: Record<string, unknown>): Resource {
  onlyKnown(body, ['name', 'kind', 'project', 'projectNumber', ...SETTINGS]);
  const name = stringField(body, 'name') ?? '';
  if (!NAME.test(name) || name.startsWith('goog') || name.includes('google')) {
    throw invalid(
      `Invalid bucket name: '${name}'. Use 3 to 63 of a-z, 0-9, '-', '_' and '.', and no 'google'.`,
    );
  }
  if (cloud.resources.get(storeName(name))) {
    throw conflict(
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. ' +
        'Please select a different name and try again.',
    );
  }
  const location = (stringField(body, 'location') ?? 'US').toUpperCase();
  return cloud.resources.create({
    name: storeName(name),
    assetType: BUCKET,
    project,
    location: location.toLowerCase(),
    body: { storageClass: 'STANDARD', ...(body as Body), name, location },
  });
}

/** Changes settings; objects are merged, `null` takes a setting away. The location never changes. */
export function patchBucket(cloud: Cloud, bucket: string, patch: Record<string, unknown>): Resource {
  const { body } = requireBucket(cloud, bucket);
  onlyKnown(patch, SETTINGS);
  if (patch['location'] !== undefined && patch['location'] !== body['location']) {
    throw invalid("A bucket's location cannot be changed.");
  }
  const metageneration = String(metagenerationOf(body) + 1);
  return cloud.resources.update(storeName(bucket), (have) => ({
    ...(mergePatch(have, patch as Body) as Body),
    metageneration,
  }));
}

/** Deletes an empty bucket. Throws 404, or 409 while objects are in it. */
export function deleteBucket(cloud: Cloud, bucket: string, isEmpty: boolean): void {
  requireBucket(cloud, bucket);
  if (!isEmpty) throw conflict('The bucket you tried to delete is not empty.');
  cloud.resources.delete(storeName(bucket));
}

/** The bucket as the JSON API prints it; buckets from Terraform may lack what only the API fills in. */
export function bucketBody(bucket: Resource): Body {
  const name = bucketName(bucket);
  return {
    kind: 'storage#bucket',
    id: name,
    selfLink: `https://www.googleapis.com/storage/v1/b/${name}`,
    projectNumber: projectNumber(bucket.project),
    timeCreated: milliseconds(bucket.createTime),
    updated: milliseconds(bucket.updateTime),
    locationType: 'region',
    etag: Buffer.from(String(metagenerationOf(bucket.body))).toString('base64'),
    ...bucket.body,
    name,
    metageneration: String(metagenerationOf(bucket.body)),
  };
}

/** Storage prints times to the millisecond; the store keeps nanosecond digits. */
const milliseconds = (time: string): string => new Date(time).toISOString();

export const metagenerationOf = (body: Body): number => Number(body['metageneration'] ?? 1);
