/** JSON patch (RFC 6902) with the API server's refusals. */
import jsonPatch, { type Operation } from 'fast-json-patch';
import type { Json } from '../../core/store.ts';
import { StatusError } from '../status.ts';

/** Throws 422 when an operation does not fit the object, as the API server does. */
export function applyJsonPatch(target: Json, patch: Json): Json {
  if (!Array.isArray(patch)) {
    throw new StatusError(400, 'BadRequest', 'error decoding patch: a JSON patch is a list of operations');
  }
  try {
    return jsonPatch.applyPatch(structuredClone(target), patch as unknown as Operation[], true, false)
      .newDocument;
  } catch (error) {
    // The library's messages go on with a dump of the whole object after the first line.
    const text = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    throw new StatusError(
      422,
      'Invalid',
      `the server rejected our request due to an error in our request: ${text}`,
    );
  }
}
