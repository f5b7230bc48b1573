/** How much of an answer is taken in: one that does not end must cost its tenant a reading, never the pass its memory. */
import { CloudError } from '../ports.ts';

/** The largest pages we ask for are some MB; what is ten times that is no answer to our question. */
export const MOST_BYTES = 32 * 1024 * 1024;

export const tooLarge = (what: string): CloudError =>
  new CloudError(
    'unexpected',
    `${what}: the answer is larger than ${MOST_BYTES / 1024 / 1024} MB and was not read`,
  );

/** The whole text of an answer; throws CloudError as soon as there is more of it than is taken in. */
export async function boundedText(response: Response, what: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (response.body === null) return '';
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the rest of the answer.
    if (bytes > MOST_BYTES) throw tooLarge(what);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
