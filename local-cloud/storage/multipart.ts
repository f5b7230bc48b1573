/** Takes a multipart/related upload apart: Go's and gcloud's writers differ in line ends and quotes. */
import { invalid, isObject } from '../core/body.ts';

interface Parts {
  readonly metadata: Record<string, unknown>;
  readonly contentType: string | undefined;
  readonly data: Buffer;
}

/** multipart/related with two parts: JSON metadata, then the content. Throws INVALID_ARGUMENT when it is not that. */
export function parseMultipart(contentType: string, body: Buffer): Parts {
  const boundary = /boundary=(?:"([^"]+)"|'([^']+)'|([^;\s]+))/i.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2] ?? boundary?.[3];
  if (mark === undefined) throw invalid('multipart upload without a boundary in its Content-Type.');
  const parts = split(body, Buffer.from(`--${mark}`));
  const [first, second] = parts;
  if (!first || !second || parts.length > 2)
    throw invalid('multipart upload must have two parts: metadata and content.');
  let metadata: unknown;
  try {
    metadata = JSON.parse(first.content.toString() || '{}');
  } catch {
    metadata = undefined;
  }
  if (!isObject(metadata)) throw invalid('The first part of a multipart upload must be a JSON object.');
  return { metadata, contentType: second.type, data: second.content };
}

function split(body: Buffer, delimiter: Buffer): { type: string | undefined; content: Buffer }[] {
  const parts: { type: string | undefined; content: Buffer }[] = [];
  let start = body.indexOf(delimiter);
  while (start >= 0) {
    start += delimiter.length;
    if (body.subarray(start, start + 2).toString() === '--') break;
    const next = body.indexOf(delimiter, start);
    if (next < 0) break;
    const part = body.subarray(start, next);
    // Go's writer ends lines with CRLF, gcloud's with LF alone.
    const head = /^\r?\n([^]*?)\r?\n\r?\n/.exec(part.subarray(0, 4096).toString('latin1'));
    const end = head?.[0].startsWith('\r') === false ? 1 : 2;
    parts.push({
      type: /^content-type:\s*(.+?)\s*$/im.exec(head?.[1] ?? '')?.[1],
      content: part.subarray(head?.[0].length ?? 0, part.length - end),
    });
    start = next;
  }
  return parts;
}
