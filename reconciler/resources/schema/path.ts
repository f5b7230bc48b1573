/** The paths findings show: `containers[web].env[LOG_LEVEL]`. Names stand in brackets and may hold anything. */
import { Memo } from './memo.ts';

/** A path into an item of a list or map; what would end the brackets early is escaped. */
export const inside = (path: string, name: string): string =>
  `${path}[${/[\]\\]/.test(name) ? name.replace(/[\]\\]/g, '\\$&') : name}]`;

const NAMES = /\[((?:[^\]\\]|\\.)*)\]/gs;

/** The path without its names: `containers[].env[]`, as the declarations have it. */
export const patternOf = (path: string): string => path.replace(NAMES, '[]');

/** The innermost name of a path; empty where there is none. */
export const lastName = (path: string): string => plain([...path.matchAll(NAMES)].at(-1)?.[1] ?? '');

const NAME_HERE = /\[((?:[^\]\\]|\\.)*)\]\.?/sy;

export interface NameAt {
  readonly name: string;
  /** The path behind the brackets, without its dot. */
  readonly rest: string;
}

/** The name in the brackets that open at `start`; null where none do. */
export function nameAt(path: string, start: number): NameAt | null {
  NAME_HERE.lastIndex = start;
  const name = NAME_HERE.exec(path)?.[1];
  return name === undefined ? null : { name: plain(name), rest: path.slice(NAME_HERE.lastIndex) };
}

const plain = (name: string): string => name.replace(/\\(.)/gs, '$1');

/** A name in an object, or a position in a list. */
export type Step = string | number;

/** The place of a declaration as steps. */
export const stepsOf = (at: string | readonly string[]): readonly Step[] =>
  typeof at === 'string' ? at.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step)) : at;

interface ItemPaths {
  readonly path: string;
  /** Those of the fields below it, in the order of the declarations. */
  readonly below: readonly string[];
}

/** Paths of items, each put together once. */
export class PathBook {
  readonly #lists = new Memo<Memo<ItemPaths>>();
  readonly #fields: readonly string[];
  /** Most lists are always the same one. */
  #open: { readonly list: string; readonly items: Memo<ItemPaths> } = { list: '', items: new Memo() };

  constructor(fields: readonly string[]) {
    this.#fields = fields;
  }

  of(list: string, name: string): ItemPaths {
    if (list !== this.#open.list) this.#open = { list, items: this.#lists.of(list, () => new Memo()) };
    return this.#open.items.of(name, this.#write);
  }

  readonly #write = (name: string): ItemPaths => {
    const path = inside(this.#open.list, name);
    return { path, below: this.#fields.map((field) => `${path}.${field}`) };
  };
}
