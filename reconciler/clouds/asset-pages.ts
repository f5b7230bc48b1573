/**
 * Pages of assets out of bytes, in bounded memory whatever their size: a page is cut into its assets as it streams by,
 * each is read and gone before the next, and of one beyond the limit of a resource nothing but its name is told.
 */
import { isObject, textAt } from '../json.ts';
import type { Json } from '../model.ts';
import { CloudError } from '../ports.ts';
import { joined, parseBody, RESOURCE_LIMIT } from './body.ts';

/**
 * A thousand names, or one tenant's assets. A larger page is cut up: parsed as a whole it takes many times its size, for
 * so long that it ends up among what is meant to stay.
 */
const WHOLE_LIMIT = 512 * 1024;

/** What stands around the assets of a page: a time and a token. */
const FRAME_LIMIT = 1024 * 1024;

/** Enough of a monster to see its name, which the service writes first. */
const HEAD = 4096;

/** Bytes of a page: all of them, or the first of them and where the rest comes from. */
export type PageBytes =
  | { readonly whole: Buffer }
  | { readonly begun: readonly Uint8Array[]; readonly rest: AsyncIterator<Uint8Array> };

/** Reads until the page ends or is too large to be held. */
export async function openPage(body: AsyncIterable<Uint8Array>): Promise<PageBytes> {
  const bytes = body[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const next = await bytes.next();
    if (next.done === true) return { whole: joined(chunks) };
    chunks.push(next.value);
    size += next.value.byteLength;
    if (size > WHOLE_LIMIT) return { begun: chunks, rest: bytes };
  }
}

export interface Page {
  readonly assets: readonly Json[];
  /** Null on the last page. */
  readonly nextPageToken: string | null;
}

/** Throws CloudError for anything that is no page. */
export function wholePage(bytes: Buffer, what: string): Page {
  const page = parseBody(bytes, what);
  // Protobuf JSON leaves empty lists out, so `{}` is an empty page; anything else that lacks `assets` is not a page.
  if (!isObject(page)) throw notAPage(what, 'it is no object');
  const assets = page['assets'] ?? [];
  if (!Array.isArray(assets)) throw notAPage(what, 'its assets are no list');
  return { assets: assets as readonly Json[], nextPageToken: tokenOf(page, what) };
}

function tokenOf(page: Json, what: string): string | null {
  const token = isObject(page) ? page['nextPageToken'] : undefined;
  if (token === undefined || token === '') return null;
  if (typeof token !== 'string') throw notAPage(what, 'its page token is no text');
  return token;
}

const notAPage = (what: string, why: string): CloudError =>
  new CloudError('unexpected', `${what}: the answer is not a page of assets: ${why}`, { httpStatus: 200 });

/**
 * The assets of a page that is too large to be held, in batches; the value returned is the page's token. Throws
 * CloudError when the page turns out not to be one; what was given out before must not be believed then.
 */
export async function* streamPage(
  { begun, rest }: Extract<PageBytes, { begun: unknown }>,
  what: string,
): AsyncGenerator<readonly Json[], string | null> {
  const cutter = new Cutter(what);
  for (const chunk of begun) yield cutter.cut(chunk);
  for (let next = await nextOf(rest, what); next.done !== true; next = await nextOf(rest, what)) {
    yield cutter.cut(next.value);
  }
  return cutter.end();
}

async function nextOf(rest: AsyncIterator<Uint8Array>, what: string): Promise<IteratorResult<Uint8Array>> {
  try {
    return await rest.next();
  } catch (cause) {
    throw new CloudError('unavailable', `${what}: the connection broke in the middle of a page`, { cause });
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const OPEN_LIST = 0x5b;
const CLOSE_OBJECT = 0x7d;
const CLOSE_LIST = 0x5d;

/** Objects two levels deep are what a page lists. Everything else is the frame, parsed at the end as its own JSON. */
const ELEMENT_DEPTH = 3;

/** Bytes that come piece by piece. The room for them is used again: buffers that are dropped wait for the collector. */
class Pieces {
  size = 0;
  #room = Buffer.allocUnsafeSlow(ROOM);

  add(piece: Uint8Array): void {
    const size = this.size + piece.length;
    if (size > this.#room.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(size, 2 * this.#room.length));
      this.#room.copy(larger, 0, 0, this.size);
      this.#room = larger;
    }
    this.#room.set(piece, this.size);
    this.size = size;
  }

  /** Valid until the next piece comes. */
  get bytes(): Buffer {
    return this.#room.subarray(0, this.size);
  }

  clear(): void {
    this.size = 0;
  }
}

/** More than most assets, and than the frame of any page that is one. */
const ROOM = 16 * 1024;

/** Follows the brackets of a page, and hands out each asset as soon as its last byte is there. */
class Cutter {
  readonly #what: string;
  readonly #frame = new Pieces();
  /** Of the asset that is being read, what earlier chunks held; of a monster as much as fits, of which only the head counts. */
  readonly #begun = new Pieces();
  #monster = false;
  #elements = 0;
  #depth = 0;
  #inText = false;
  #escaped = false;

  constructor(what: string) {
    this.#what = what;
  }

  cut(chunk: Uint8Array): Json[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const assets: Json[] = [];
    let from = 0;
    // Every byte of a large page goes through here: no calls, no fields, no lookups on the way.
    let [depth, inText, escaped] = [this.#depth, this.#inText, this.#escaped];
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inText = false;
      } else if (byte === QUOTE) {
        inText = true;
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        depth += 1;
        if (depth !== ELEMENT_DEPTH) continue;
        this.#toFrame(bytes.subarray(from, at));
        from = at;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        depth -= 1;
        if (depth !== ELEMENT_DEPTH - 1) continue;
        assets.push(this.#assetEndingWith(bytes.subarray(from, at + 1)));
        from = at + 1;
      }
    }
    [this.#depth, this.#inText, this.#escaped] = [depth, inText, escaped];
    const left = bytes.subarray(from);
    if (depth >= ELEMENT_DEPTH) this.#keep(left);
    else this.#toFrame(left);
    return assets;
  }

  /** The page's token, once the frame has proved to be that of a page with just the assets that were cut out. */
  end(): string | null {
    const { assets, nextPageToken } = wholePage(this.#frame.bytes, this.#what);
    if (assets.length !== this.#elements) throw notAPage(this.#what, 'it lists more than assets');
    return nextPageToken;
  }

  #toFrame(bytes: Uint8Array): void {
    if (this.#frame.size + bytes.length > FRAME_LIMIT) {
      throw notAPage(this.#what, 'it is too large, and not for its assets');
    }
    this.#frame.add(bytes);
  }

  #keep(bytes: Buffer): void {
    if (this.#monster) return;
    this.#monster = this.#begun.size + bytes.length > RESOURCE_LIMIT;
    this.#begun.add(this.#monster ? bytes.subarray(0, HEAD) : bytes);
  }

  /** The asset that ends with these bytes; most lie within one chunk, and are read where they are. */
  #assetEndingWith(last: Buffer): Json {
    const isWhole = this.#begun.size === 0 && last.length <= RESOURCE_LIMIT;
    if (!isWhole) this.#keep(last);
    const bytes = isWhole ? last : this.#begun.bytes;
    const asset = this.#monster ? headOf(bytes.subarray(0, HEAD)) : parseBody(bytes, this.#what);
    this.#begun.clear();
    this.#monster = false;
    this.#elements += 1;
    // Stands in the frame where the asset stood, so that the list keeps its length.
    this.#toFrame(STAND_IN);
    return asset;
  }
}

const STAND_IN = Buffer.from('null');

/** Name and type of a monster, as far as its first bytes show them. */
function headOf(bytes: Buffer): Json {
  const text = bytes.toString();
  const field = (key: string): string | null => {
    const quoted = new RegExp(`"${key}"\\s*:\\s*("(?:[^"\\\\]|\\\\.)*")`).exec(text)?.[1];
    return quoted === undefined ? null : textAt({ value: JSON.parse(quoted) as Json }, 'value');
  };
  return { name: field('name'), assetType: field('assetType'), updateTime: field('updateTime') ?? '' };
}
