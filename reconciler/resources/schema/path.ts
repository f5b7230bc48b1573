/** The paths findings show: `containers[web].env[LOG_LEVEL]`. Names stand in brackets and may hold anything. */

/** A path into an item of a list or map; what would end the brackets early is escaped. */
export const inside = (path: string, name: string): string =>
  `${path}[${/[\]\\]/.test(name) ? name.replace(/[\]\\]/g, '\\$&') : name}]`;

const NAMES = /\[((?:[^\]\\]|\\.)*)\]/gs;

/** The path without its names: `containers[].env[]`, as the declarations have it. */
export const patternOf = (path: string): string => path.replace(NAMES, '[]');

/** The innermost name of a path; empty where there is none. */
export const lastName = (path: string): string =>
  [...path.matchAll(NAMES)].at(-1)?.[1]?.replace(/\\(.)/gs, '$1') ?? '';

/** A name in an object, or a position in a list. */
export type Step = string | number;

/** The place of a declaration as steps. */
export const stepsOf = (at: string | readonly string[]): readonly Step[] =>
  typeof at === 'string' ? at.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step)) : at;

/** How many answers a memo keeps: far more than a fleet has names, far less than it has tenants to fill it with. */
const MOST_KEPT = 20_000;

/** Answers that were worked out already. Names repeat over a fleet; where they do not, it starts anew when it is full. */
export class Memo<T> {
  readonly #kept = new Map<string, T>();

  of(key: string, work: (key: string) => T): T {
    let answer = this.#kept.get(key);
    if (answer === undefined) {
      answer = work(key);
      if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
      this.#kept.set(key, answer);
    }
    return answer;
  }
}

interface ItemPaths {
  readonly path: string;
  /** Those of the fields below it, in the order of the declarations. */
  readonly below: readonly string[];
}

/** Paths of items, each put together once. */
export class PathBook {
  readonly #lists = new Memo<Memo<ItemPaths>>();
  readonly #fields: readonly string[];

  constructor(fields: readonly string[]) {
    this.#fields = fields;
  }

  of(list: string, name: string): ItemPaths {
    return this.#lists
      .of(list, () => new Memo())
      .of(name, () => {
        const path = inside(list, name);
        return { path, below: this.#fields.map((field) => `${path}.${field}`) };
      });
  }
}
