/** What the cluster kinds share: wants are read off the very manifest that is deployed, by the reader of live objects. */
import type { Fields, Json, Want } from '../model.ts';
import { entriesAt, textAt } from '../json.ts';

interface WantOf {
  readonly kind: string;
  readonly manifest: Json;
  readonly from: string | null;
  readonly read: (body: Json) => Fields;
  /** The record's field behind a path of the object. */
  readonly origin: (path: string) => string | null;
}

/** One want per manifest; its name is `namespace/name`, or the plain name for cluster-scoped objects. */
export function wantOf({ kind, manifest, from, read, origin }: WantOf): Want {
  const name = textAt(manifest, 'metadata', 'name') ?? '';
  const namespace = textAt(manifest, 'metadata', 'namespace');
  return {
    id: `${kind}/${name}`,
    kind,
    plane: 'cluster',
    name: namespace === null ? name : `${namespace}/${name}`,
    from,
    fields: Object.fromEntries(
      Object.entries(read(manifest)).map(([path, want]) => [path, { want, from: origin(path) }]),
    ),
  };
}

export const labelFields = (body: Json): Fields =>
  Object.fromEntries(
    entriesAt(body, 'metadata', 'labels').map(([key, value]) => [`metadata.labels[${key}]`, value]),
  );
