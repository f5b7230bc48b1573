/** Reads one file out of a zip archive: enough for a publisher's release, which is small, unencrypted and not split. */
import { inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
/** The end record is 22 bytes and may be followed by a comment of at most 65,535. */
const END_SIZE = 22;
const STORED = 0;
const DEFLATED = 8;

/** The content of the entry `name`. Throws when the archive is damaged or holds no such entry. */
export function readZipEntry(zip: Buffer, name: string): Buffer {
  try {
    return find(zip, name);
  } catch (error) {
    // Reading past the end is what a truncated archive looks like.
    if (error instanceof RangeError) throw new Error('the zip archive is damaged', { cause: error });
    throw error;
  }
}

function find(zip: Buffer, name: string): Buffer {
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (zip.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error('the zip archive is damaged');
    const nameLength = zip.readUInt16LE(at + 28);
    const entryName = zip.toString('utf8', at + 46, at + 46 + nameLength);
    if (entryName === name) return content(zip, at);
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new Error(`the zip archive holds no "${name}"`);
}

function findEnd(zip: Buffer): number {
  const first = Math.max(0, zip.length - END_SIZE - 65_535);
  for (let at = zip.length - END_SIZE; at >= first; at -= 1) {
    if (zip.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  }
  throw new Error('this is not a zip archive');
}

/** Sizes are taken from the directory: the local header may leave them to a record behind the data. */
function content(zip: Buffer, entry: number): Buffer {
  const method = zip.readUInt16LE(entry + 10);
  const compressedSize = zip.readUInt32LE(entry + 20);
  const size = zip.readUInt32LE(entry + 24);
  const local = zip.readUInt32LE(entry + 42);
  if (zip.readUInt32LE(local) !== LOCAL_ENTRY) throw new Error('the zip archive is damaged');
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const data = zip.subarray(start, start + compressedSize);
  if (method !== STORED && method !== DEFLATED) throw new Error(`zip method ${method} is not supported`);
  const plain = method === STORED ? data : inflateRawSync(data);
  if (plain.length !== size) throw new Error('the zip archive is damaged');
  return plain;
}
