/** The bytes of an answer, never more of them than a reader may hold. */
import type { Json } from '../model.ts';
import { CloudError } from '../ports.ts';

const MIB = 1024 * 1024;

/** One resource at its owning API: the largest real ones are a few hundred kilobytes. */
export const RESOURCE_LIMIT = 8 * MIB;

/** Throws CloudError `oversized` as soon as the limit is passed; what is left is not read. */
export async function collect(body: AsyncIterable<Uint8Array>, limit: number, what: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(what, limit);
    chunks.push(chunk);
  }
  return joined(chunks);
}

/** One piece is not copied. */
export const joined = (chunks: readonly Uint8Array[]): Buffer => {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined
    ? Buffer.from(only.buffer, only.byteOffset, only.byteLength)
    : Buffer.concat(chunks);
};

export const tooLarge = (what: string, limit: number): CloudError =>
  new CloudError(
    'oversized',
    `${what}: the answer is larger than ${limit / MIB} MiB and was not read; make the resource smaller`,
    { httpStatus: 200 },
  );

/** An empty 200 is an empty object; anything that is not JSON is an answer nobody may draw conclusions from. */
export function parseBody(bytes: Buffer, what: string): Json {
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(bytes.toString()) as Json;
  } catch {
    throw new CloudError('unexpected', `${what}: the answer is not JSON (${bytes.length} bytes)`, {
      httpStatus: 200,
    });
  }
}

/** `Retry-After` in milliseconds; null when it is absent or not a number of seconds. Source: RFC 9110, 10.2.3. */
export function retryAfter(header: string | null | undefined): number | null {
  return header != null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : null;
}
