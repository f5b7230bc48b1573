/** The three ways to upload an object: the body alone, metadata and body as two parts, and a session of chunks. */
import { createHash, randomUUID } from 'node:crypto';
import { invalid, onlyKnown, stringField } from '../core/body.ts';
import { crc32cBase64 } from '../core/crc32c.ts';
import { ApiError } from '../core/errors.ts';
import { Reply, type Call } from '../core/service.ts';
import { parseMultipart } from './multipart.ts';
import { objectBody } from './objects.ts';
import type { NewObject, ObjectStore, StoredObject } from './object-store.ts';
import { preconditionsOf, type Preconditions } from './preconditions.ts';

/** Metadata a writer may give; what only the service knows (generation, md5 of itself, …) is taken as a check or ignored. */
const KEPT = [
  'cacheControl',
  'contentDisposition',
  'contentEncoding',
  'contentLanguage',
  'metadata',
  'storageClass',
];
const READ_ONLY = [
  ...['acl', 'bucket', 'componentCount', 'customTime', 'etag', 'eventBasedHold', 'generation', 'id', 'kind'],
  ...[
    'kmsKeyName',
    'md5Hash',
    'crc32c',
    'mediaLink',
    'metageneration',
    'owner',
    'retention',
    'selfLink',
    'size',
  ],
  ...['temporaryHold', 'timeCreated', 'updated', 'name', 'contentType'],
];

interface Session {
  readonly bucket: string;
  readonly name: string;
  readonly metadata: Record<string, unknown>;
  readonly contentType: string | undefined;
  readonly want: Preconditions;
  data: Buffer;
}

export class Uploads {
  readonly #objects: ObjectStore;
  readonly #sessions = new Map<string, Session>();

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  /** `POST /upload/…/o`: writes the object, or opens a session for a resumable upload. */
  begin(call: Call): unknown {
    const type = call.query.get('uploadType');
    if (type === 'media') {
      return this.#store(call, {}, header(call, 'content-type'), call.body);
    }
    if (type === 'multipart') {
      const { metadata, contentType, data } = parseMultipart(header(call, 'content-type') ?? '', call.body);
      return this.#store(call, metadata, contentType, data);
    }
    if (type === 'resumable') return this.#open(call);
    throw invalid(`Invalid uploadType '${type ?? ''}': use media, multipart or resumable.`);
  }

  /** `PUT …?upload_id=…`: one chunk. 308 with what has arrived so far until the last one, then the object. */
  continue(call: Call): unknown {
    const id = call.query.get('upload_id') ?? '';
    const session = this.#sessions.get(id);
    if (!session)
      throw new ApiError('NOT_FOUND', 'The upload session was not found; begin again.', {
        reason: 'notFound',
      });
    const range = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(header(call, 'content-range') ?? '');
    if (range?.[1] !== undefined && Number(range[1]) !== session.data.length) {
      throw invalid(`Invalid request: the next byte to send is ${session.data.length}.`);
    }
    session.data = Buffer.concat([session.data, call.body]);
    const total = range?.[3] === undefined ? session.data.length : Number(range[3]);
    // `*` (a total not yet known) is NaN and equals nothing.
    if (session.data.length !== total) {
      const soFar = session.data.length > 0 ? { range: `bytes=0-${session.data.length - 1}` } : undefined;
      return new Reply(308, undefined, { ...soFar, 'x-guploader-uploadid': id });
    }
    this.#sessions.delete(id);
    const object = newObject(session.metadata, session.contentType, session.data);
    return objectBody(this.#objects.put(session.bucket, session.name, object, session.want));
  }

  #open(call: Call): Reply {
    const metadata = call.json();
    const bucket = call.param('bucket');
    this.#objects.list(bucket); // An unknown bucket is refused before anything is sent.
    const id = randomUUID();
    this.#sessions.set(id, {
      bucket,
      name: nameOf(call, metadata),
      metadata,
      contentType: header(call, 'x-upload-content-type'),
      want: preconditionsOf(call.query),
      data: Buffer.alloc(0),
    });
    const location = new URL(call.url.pathname, `http://${header(call, 'host') ?? call.url.host}`);
    location.search = new URLSearchParams({ uploadType: 'resumable', upload_id: id }).toString();
    return new Reply(200, '', { location: location.href, 'x-guploader-uploadid': id });
  }

  #store(call: Call, metadata: Record<string, unknown>, type: string | undefined, data: Buffer): object {
    const stored: StoredObject = this.#objects.put(
      call.param('bucket'),
      nameOf(call, metadata),
      newObject(metadata, type, data),
      preconditionsOf(call.query),
    );
    return objectBody(stored);
  }
}

function newObject(metadata: Record<string, unknown>, type: string | undefined, data: Buffer): NewObject {
  onlyKnown(metadata, [...KEPT, ...READ_ONLY]);
  for (const [field, have] of [
    ['md5Hash', createHash('md5').update(data).digest('base64')],
    ['crc32c', crc32cBase64(data)],
  ] as const) {
    const want = stringField(metadata, field);
    if (want !== undefined && want !== have) {
      throw invalid(`Provided ${field} "${want}" doesn't match calculated ${field} "${have}".`);
    }
  }
  const contentType = stringField(metadata, 'contentType') ?? type;
  return {
    data,
    ...(contentType !== undefined && { contentType }),
    attributes: Object.fromEntries(KEPT.flatMap((key) => (key in metadata ? [[key, metadata[key]]] : []))),
  };
}

function nameOf(call: Call, metadata: Record<string, unknown>): string {
  const name = call.query.get('name') ?? stringField(metadata, 'name');
  if (name === undefined || name === '')
    throw invalid('Required object name is missing: give ?name= or metadata.name.');
  return name;
}

function header(call: Call, name: string): string | undefined {
  const value = call.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
