/**
 * A small language for the fields of Kubernetes kinds. One description per kind serves strict decoding, dropping of
 * empty values, quantity spelling, list keys of strategic merge and field ownership of server-side apply.
 * Field lists follow the public API reference of Kubernetes 1.32.
 */

export interface Scalar {
  readonly type: 'scalar';
  readonly of: 'string' | 'integer' | 'boolean' | 'quantity' | 'intOrString';
  /** Written even when zero: a pointer, or a field without `omitempty`, in the API's Go types. */
  readonly kept: boolean;
}

export interface Struct {
  readonly type: 'struct';
  readonly fields: Readonly<Record<string, Schema>>;
  /** Owned and replaced as a whole. */
  readonly atomic: boolean;
}

export interface MapOf {
  readonly type: 'map';
  readonly values: Schema;
  readonly atomic: boolean;
}

export interface ListOf {
  readonly type: 'list';
  readonly items: Schema;
  /**
   * `atomic` lists are replaced whole; `set` lists hold scalars; in `keyed` lists the values at `keys` say which item
   * is which. Strategic merge goes by the first key alone.
   */
  readonly merge: 'atomic' | 'set' | 'keyed';
  readonly keys: readonly string[];
}

/** Anything goes: the body of custom resources. Objects merge key by key, lists are atomic. */
export interface Unchecked {
  readonly type: 'any';
}

export type Schema = Scalar | Struct | MapOf | ListOf | Unchecked;
export type Fields = Readonly<Record<string, Schema>>;

const scalar = (of: Scalar['of'], kept = false): Scalar => ({ type: 'scalar', of, kept });

export const str = scalar('string');
export const int = scalar('integer');
export const bool = scalar('boolean');
export const quantity = scalar('quantity', true);
export const intOrString = scalar('intOrString', true);
/** The same scalar, kept when zero. */
export const kept = (of: Scalar): Scalar => ({ ...of, kept: true });
export const any: Unchecked = { type: 'any' };

export const struct = (fields: Fields): Struct => ({ type: 'struct', fields, atomic: false });
export const atomic = (fields: Fields): Struct => ({ type: 'struct', fields, atomic: true });
export const map = (values: Schema): MapOf => ({ type: 'map', values, atomic: false });
export const atomicMap = (values: Schema): MapOf => ({ type: 'map', values, atomic: true });
export const list = (items: Schema): ListOf => ({ type: 'list', items, merge: 'atomic', keys: [] });
export const set = (items: Schema): ListOf => ({ type: 'list', items, merge: 'set', keys: [] });
export const keyed = (fields: Fields, ...keys: string[]): ListOf => ({
  type: 'list',
  items: struct(fields),
  merge: 'keyed',
  keys,
});

/** What the API's structural schema defaults an absent list key to; without it `ports` items could not be told apart. */
export const KEY_DEFAULTS: Readonly<Record<string, string>> = { protocol: 'TCP' };
