/**
 * The words in which a resource kind declares its fields: of what type each is, where it stands in a body, what the
 * service means when it is not there, and what a correction would take. One declaration serves reading, comparing,
 * risk and the laws in `test/reconciler/`.
 */
import type { Json, Risk } from '../../model.ts';

/**
 * How values are spelled and when two spellings are one value: `word` ignores case, `name` is the last part of a self
 * link, relative or plain name, `quantity` is Kubernetes' (`1000m` is `1`), a `set` has no order, a `value` is JSON that
 * is written as a whole.
 */
type LeafType = 'text' | 'word' | 'number' | 'flag' | 'name' | 'quantity' | 'set' | 'value';

interface LeafOptions {
  /** Where it stands, relative to what encloses it: `spec.type`, or steps where a name holds dots. Default: its own path. */
  readonly at?: string | readonly string[];
  /** What the service means when it is not there; a function is given what encloses the field. Default: nothing. */
  readonly absent?: Json | ((enclosing: Json) => Json | undefined);
  /** Where else to look before it is taken for absent. */
  readonly or?: Leaf;
  /** What a correction would take; default `in-place`. */
  readonly risk?: Risk;
  /**
   * Our manifests leave it at its default, so whatever else stands there was set by somebody: an addition. Nothing that
   * we never sent can be put back by sending, so it is only told.
   */
  readonly unsent?: boolean;
  /** The record's field behind it; `[]` stands for the name of the item it belongs to in brackets, `*` for it alone. */
  readonly from?: string;
  /** Defaults the service fills in below, wherever the object around them is there. */
  readonly filled?: Json;
}

export interface Leaf extends LeafOptions {
  readonly node: 'leaf';
  readonly type: LeafType;
}

interface ManyOptions {
  readonly at?: string | readonly string[];
  /** We own the whole: an item that was not asked for is a finding. */
  readonly whole?: boolean;
  /** Names that the service adds by itself; such an addition is nobody's doing. */
  readonly except?: RegExp;
  readonly risk?: Risk;
  readonly from?: string;
}

interface ListOptions extends ManyOptions {
  /** What tells the items apart. A part that is looked for in several places is the first that is there. */
  readonly by:
    string | readonly (string | { readonly firstOf: readonly string[]; readonly absent?: string })[];
  readonly each: Leaf | Schema;
  /** The items when the whole list is not there. */
  readonly absent?: readonly Json[];
  /** Each item is a resource of its own, which tells itself when it is gone; here only additions count. */
  readonly members?: boolean;
  /** A flag of the item; where it is set, the item belongs to an autoscaler. */
  readonly unless?: string;
}

/** A list whose items have names. Their order never counts. */
export interface List extends ListOptions {
  readonly node: 'list';
}

/** An object with names nobody knows beforehand. */
export interface Entries extends ManyOptions {
  readonly node: 'map';
  readonly each: Leaf;
}

export type Declaration = Leaf | List | Entries;

/** Declarations by the path that findings show: `config.diskSizeGb`. */
export type Schema = { readonly [path: string]: Declaration };

const leaf =
  (type: LeafType, preset: LeafOptions = {}) =>
  (options: LeafOptions = {}): Leaf => ({ node: 'leaf', type, ...preset, ...options });

export const text = leaf('text');
export const word = leaf('word');
export const number = leaf('number');
/** Google's JSON and Kubernetes' both leave out what is false. */
export const flag = leaf('flag', { absent: false });
export const name = leaf('name');
export const quantity = leaf('quantity');
export const set = leaf('set');
export const value = leaf('value');

export const list = (options: ListOptions): List => ({ node: 'list', ...options });
export const map = (options: ManyOptions & { readonly each: Leaf }): Entries => ({ node: 'map', ...options });

/** Left at its default; without one, at nothing. */
export const unsent = (declared: Leaf): Leaf => ({ ...declared, unsent: true });

/** The same declarations for what stands further down in a body; the paths that findings show stay as they are. */
export const under = (place: string, schema: Schema): Schema =>
  Object.fromEntries(
    Object.entries(schema).map(([path, declared]) => [
      path,
      { ...declared, at: [place, declared.at ?? path].flat().join('.') },
    ]),
  );

/**
 * Who writes what Plumbline never compares. `server`: set or filled in by the service and its controllers;
 * `autoscaler`: moved with the load.
 */
type Owner = 'server' | 'autoscaler';

/** Places in a body (`*` for each item of a list) that are somebody else's, whatever stands there. */
export type Foreign = { readonly [place: string]: Owner };
