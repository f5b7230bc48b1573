/** Marks of Kubernetes objects, from their metadata alone: an object of the same mark has not been changed since. Pure. */
import { at, isObject, listAt, textAt } from './json.ts';
import { add, emptySum, textOf } from './marks.ts';
import type { Json } from './model.ts';

/**
 * What a server answers, from `"items":` on, when it is asked for the metadata of these objects and none has changed:
 * an API server writes metadata in one order, in whole objects as in partial ones. Where it does not (some characters
 * are escaped otherwise), the prediction fails, and objects are compared one by one.
 */
export const predictedText = (objects: readonly Json[]): string =>
  `"items":${JSON.stringify(
    objects.map((object) => ({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: at(object, 'metadata') ?? null,
    })),
  )}}`;

/** In any order of the objects. `restless`: writes to the status alone do not count. */
export function listMark(objects: readonly Json[], restless: boolean): string {
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
