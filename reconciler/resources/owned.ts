/** From a field's path in a finding to its place in an object's `managedFields` (FieldsV1). */

interface Shape {
  /** Keys from the object's root to where the kind's own paths begin; `metadata` stands beside it. */
  readonly root: readonly string[];
  /** Lists that are merged by key: from the text in brackets to the item's key fields. */
  readonly lists?: Readonly<Record<string, (item: string) => object>>;
  /** Paths that the finding spells shorter than the object. */
  readonly longer?: Readonly<Record<string, string>>;
}

/** Bracketed text may hold dots and slashes: `metadata.labels[app.kubernetes.io/name]`. */
const STEP = /([^.[\]]+)(?:\[([^\]]*)\])?\.?/g;

/** FieldsV1 keys from the object's root, e.g. `f:spec`, `k:{"name":"web"}`. */
export const ownedBy =
  ({ root, lists = {}, longer = {} }: Shape) =>
  (path: string): readonly string[] => {
    const start = path.startsWith('metadata.') ? [] : root;
    const whole = Object.entries(longer).reduce((text, [short, long]) => text.replace(short, long), path);
    const steps = [...whole.matchAll(STEP)].flatMap(([, name = '', item]) => {
      if (item === undefined) return [`f:${name}`];
      const key = lists[name];
      return [`f:${name}`, key === undefined ? `f:${item}` : `k:${JSON.stringify(key(item))}`];
    });
    return [...start, ...steps];
  };

/** `8080/TCP` as a Service's or a container's list of ports is keyed. */
export const portKey =
  (field: 'port' | 'containerPort') =>
  (item: string): object => {
    const [number, protocol = 'TCP'] = item.split('/');
    return { [field]: Number(number), protocol };
  };

/** Items that are keyed by their name. */
export const nameKey = (name: string): object => ({ name });
