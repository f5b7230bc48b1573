/** Marks of Kubernetes objects, from their metadata alone: an object of the same mark has not been changed since. Pure. */
import { at, isObject, listAt, textAt } from './json.ts';
import { add, emptySum, textOf } from './marks.ts';
import type { Json } from './model.ts';

/** `restless`: writes to the status alone do not count. */
export function objectsMark(objects: readonly Json[], restless: boolean): string {
  const sum = emptySum();
  for (const object of objects) add(sum, markText(object, restless));
  return textOf(sum);
}

/**
 * Every write changes the resource version, and a controller writes its status every few seconds. What says that more
 * than the status was written: the generation, and who last owned which fields when. A server that tells neither is
 * taken at its resource version. Source: Kubernetes API conventions, metadata; managedFields, `subresource` and `time`.
 */
function markText(object: Json, restless: boolean): string {
  const metadata = at(object, 'metadata') ?? null;
  const writers = listAt(metadata, 'managedFields');
  const quiet = restless && writers.length > 0 && writers.every((writer) => textAt(writer, 'time') !== null);
  if (!isObject(metadata)) return JSON.stringify(metadata);
  return JSON.stringify([
    metadata['namespace'],
    metadata['name'],
    metadata['uid'],
    ...(quiet
      ? [
          metadata['generation'],
          metadata['deletionTimestamp'],
          metadata['labels'],
          metadata['annotations'],
          writers
            .filter((writer) => textAt(writer, 'subresource') !== 'status')
            .map((writer) =>
              ['manager', 'operation', 'subresource', 'time'].map((key) => textAt(writer, key)),
            ),
        ]
      : [metadata['resourceVersion']]),
  ]);
}
