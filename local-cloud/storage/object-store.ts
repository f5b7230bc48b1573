/** The objects of all buckets, in memory. Whether a bucket exists is the resource store's to say: Terraform makes buckets too. */
import { createHash } from 'node:crypto';
import type { Cloud } from '../core/cloud.ts';
import { invalid } from '../core/body.ts';
import { crc32cBase64 } from '../core/crc32c.ts';
import { perCloud } from '../core/per-cloud.ts';
import { requireBucket, bucketName, BUCKET } from './buckets.ts';
import { noSuchObject } from './errors.ts';
import { requirePreconditions, type Preconditions } from './preconditions.ts';

/** cloud.google.com/storage/quotas: UTF-8 bytes of an object's name. */
const MAX_NAME_BYTES = 1024;

export interface StoredObject {
  readonly bucket: string;
  readonly name: string;
  /** Microseconds since the epoch when it was written, and always rising: unique per object version. */
  readonly generation: number;
  readonly metageneration: number;
  readonly data: Buffer;
  readonly contentType: string;
  /** What else the writer said about it: `contentEncoding`, `cacheControl`, `metadata`, … */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly md5Hash: string;
  readonly crc32c: string;
  /** Milliseconds of cloud time. */
  readonly timeCreated: number;
  /** Of the last change of its metadata, which is the content's own time until there is one. */
  readonly updated: number;
}

export interface NewObject {
  readonly data: Buffer;
  readonly contentType?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export class ObjectStore {
  readonly #cloud: Cloud;
  readonly #buckets = new Map<string, Map<string, StoredObject>>();
  #lastGeneration = 0;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    cloud.resources.onChange(({ type, resource }) => {
      if (type === 'delete' && resource.assetType === BUCKET) this.#buckets.delete(bucketName(resource));
    });
  }

  /** Writes an object. Throws 404 for an unknown bucket, 412 when a precondition does not hold, 400 for a bad name. */
  put(bucket: string, name: string, object: NewObject, want: Preconditions = {}): StoredObject {
    const objects = this.#objects(bucket);
    checkName(name);
    requirePreconditions(want, objects.get(name));
    const now = this.#cloud.clock.now();
    // The clock may stand still or give two writes one millisecond; generations must differ all the same.
    this.#lastGeneration = Math.max(now * 1000, this.#lastGeneration + 1);
    const stored: StoredObject = {
      bucket,
      name,
      generation: this.#lastGeneration,
      metageneration: 1,
      data: object.data,
      contentType: object.contentType ?? 'application/octet-stream',
      attributes: object.attributes ?? {},
      md5Hash: createHash('md5').update(object.data).digest('base64'),
      crc32c: crc32cBase64(object.data),
      timeCreated: now,
      updated: now,
    };
    objects.set(name, stored);
    return stored;
  }

  /** The live object. Throws 404 when there is none, or when `generation` names another version. */
  get(bucket: string, name: string, generation?: string | null): StoredObject {
    const found = this.#objects(bucket).get(name);
    if (!found || (generation && generation !== String(found.generation))) throw noSuchObject(bucket, name);
    return found;
  }

  /** Throws 404 when there is none, 412 when a precondition does not hold. */
  delete(bucket: string, name: string, want: Preconditions = {}, generation?: string | null): void {
    requirePreconditions(want, this.get(bucket, name, generation));
    this.#objects(bucket).delete(name);
  }

  /**
   * Replaces what `change` gives of the live object's metadata: its content and generation stay, its metageneration
   * rises. Throws like {@link delete}.
   */
  patch(
    bucket: string,
    name: string,
    change: (live: StoredObject) => Pick<StoredObject, 'contentType' | 'attributes'>,
    want: Preconditions = {},
    generation?: string | null,
  ): StoredObject {
    const live = this.get(bucket, name, generation);
    requirePreconditions(want, live);
    const patched: StoredObject = {
      ...live,
      ...change(live),
      metageneration: live.metageneration + 1,
      updated: this.#cloud.clock.now(),
    };
    this.#objects(bucket).set(name, patched);
    return patched;
  }

  /** All live objects of a bucket in name order (UTF-8 bytes, as the service sorts). */
  list(bucket: string): StoredObject[] {
    return [...this.#objects(bucket).values()].sort((a, b) =>
      Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
    );
  }

  #objects(bucket: string): Map<string, StoredObject> {
    requireBucket(this.#cloud, bucket);
    const objects = this.#buckets.get(bucket) ?? new Map<string, StoredObject>();
    this.#buckets.set(bucket, objects);
    return objects;
  }
}

/** The one object store of a cloud; other services (Cloud Build's logs and sources) read and write through it. */
export const objectStore = perCloud((cloud) => new ObjectStore(cloud));

function checkName(name: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || bytes > MAX_NAME_BYTES) {
    throw invalid(`The object name has ${bytes} bytes; it must have 1 to ${MAX_NAME_BYTES}.`);
  }
  if (/[\r\n]/.test(name) || name === '.' || name === '..') {
    throw invalid(`Invalid object name '${name}': no line breaks, and neither '.' nor '..'.`);
  }
}
