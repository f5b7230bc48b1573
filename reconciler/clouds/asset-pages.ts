/**
 * Pages of assets out of bytes, in bounded memory whatever their size. A page of a normal size is parsed as a whole; one
 * with a monstrous resource in it is cut into its assets as it streams by, and the monster alone is dropped.
 */
import { isObject, textAt } from '../json.ts';
import type { Json } from '../model.ts';
import { CloudError } from '../ports.ts';
import { joined, parseBody, RESOURCE_LIMIT } from './body.ts';

/**
 * A thousand ordinary assets. A larger page is cut up as it streams by: parsed as a whole it would take many times its
 * size, and the collector of garbage more time than the cutting.
 */
const WHOLE_LIMIT = 4 * 1024 * 1024;

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

/** Follows the brackets of a page, and hands out each asset as soon as its last byte is there. */
class Cutter {
  readonly #what: string;
  readonly #frame: Buffer[] = [];
  #frameSize = 0;
  /** Of the asset that is being read; of a monster only the head. */
  #element: Buffer[] = [];
  #elementSize = 0;
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
    const pieces: Json[] = [];
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
        this.#toElement(bytes.subarray(from, at + 1));
        pieces.push(this.#endElement());
        from = at + 1;
      }
    }
    [this.#depth, this.#inText, this.#escaped] = [depth, inText, escaped];
    const left = bytes.subarray(from);
    if (depth >= ELEMENT_DEPTH) this.#toElement(left);
    else this.#toFrame(left);
    return pieces;
  }

  /** The page's token, once the frame has proved to be that of a page with just the assets that were cut out. */
  end(): string | null {
    const { assets, nextPageToken } = wholePage(Buffer.concat(this.#frame), this.#what);
    if (assets.length !== this.#elements) throw notAPage(this.#what, 'it lists more than assets');
    return nextPageToken;
  }

  #toFrame(bytes: Buffer): void {
    this.#frameSize += bytes.length;
    if (this.#frameSize > FRAME_LIMIT) throw notAPage(this.#what, 'it is too large, and not for its assets');
    this.#frame.push(Buffer.from(bytes));
  }

  #toElement(bytes: Buffer): void {
    if (this.#monster) return;
    this.#elementSize += bytes.length;
    this.#element.push(Buffer.from(bytes));
    if (this.#elementSize <= RESOURCE_LIMIT) return;
    this.#monster = true;
    this.#element = [Buffer.from(Buffer.concat(this.#element).subarray(0, HEAD))];
  }

  #endElement(): Json {
    const bytes = Buffer.concat(this.#element);
    const asset = this.#monster ? headOf(bytes) : parseBody(bytes, this.#what);
    this.#element = [];
    this.#elementSize = 0;
    this.#monster = false;
    this.#elements += 1;
    // Stands in the frame where the asset stood, so that the list keeps its length.
    this.#toFrame(Buffer.from('null'));
    return asset;
  }
}

/** Name and type of a monster, as far as its first bytes show them. */
function headOf(bytes: Buffer): Json {
  const text = bytes.toString();
  const field = (key: string): string | null => {
    const quoted = new RegExp(`"${key}"\\s*:\\s*("(?:[^"\\\\]|\\\\.)*")`).exec(text)?.[1];
    return quoted === undefined ? null : textAt({ value: JSON.parse(quoted) as Json }, 'value');
  };
  return { name: field('name'), assetType: field('assetType'), updateTime: field('updateTime') ?? '' };
}
