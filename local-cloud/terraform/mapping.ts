/**
 * Translates between a resource's Terraform state and the REST body its API answers with. Most names follow one rule,
 * snake case to camel case and a block of at most one item to an object; a model lists only the exceptions.
 */
import type { Body, Json } from '../core/store.ts';
import type { Block, NestedBlock, TypeJson } from './schema.ts';
import { isEmpty, isObject, objects, UNKNOWN, type State, type Value } from './values.ts';

/** What names a resource: project, location, name, … taken from its state. */
export type Identity = Readonly<Record<string, string>>;

export interface FieldRule {
  /** Where the field stands in the REST body, dots between objects; default: the name in camel case. */
  readonly to?: string;
  /** A 64-bit integer: a decimal string in JSON. */
  readonly int64?: true;
  /** Known to Terraform only; the API has no such field. */
  readonly local?: true;
  /** Own translation to REST; undefined leaves the field out. */
  readonly write?: (value: Value, identity: Identity, state: State) => Json | undefined;
  /** Own translation from REST; `have` is the value the state holds now. */
  readonly read?: (json: Json | undefined, have: Value, identity: Identity) => Value;
}

/** By argument path, blocks joined by dots: `node_config.taint`. */
export type Rules = Readonly<Record<string, FieldRule>>;

/** The same rules for arguments that stand inside `block`. */
export const under = (block: string, rules: Rules): Rules =>
  Object.fromEntries(Object.entries(rules).map(([path, rule]) => [`${block}.${path}`, rule]));

interface Context {
  readonly rules: Rules;
  readonly identity: Identity;
  readonly state: State;
}

/** The body with every settable argument of `state` written into it; what Terraform does not know of stays. */
export function writeBody(
  block: Block,
  rules: Rules,
  state: State,
  identity: Identity,
  body: Body = {},
): Body {
  const result = structuredClone(body);
  writeBlock(block, state, result, '', { rules, identity, state });
  return result;
}

/** The state an API body stands for. `have` is the state so far: it keeps what the API does not know. */
export function readState(block: Block, rules: Rules, body: Body, have: State, identity: Identity): State {
  return readBlock(block, body, have, '', { rules, identity, state: have });
}

function writeBlock(block: Block, state: State, body: Body, prefix: string, context: Context): void {
  for (const [name, attribute] of block.attributes) {
    const rule = context.rules[prefix + name] ?? {};
    const settable = attribute.optional || attribute.required;
    const value = state[name] ?? null;
    // Terraform's id is made of names; no API has it.
    if (rule.local || prefix + name === 'id' || value === UNKNOWN || (!settable && !rule.write)) continue;
    const json = rule.write
      ? rule.write(value, context.identity, context.state)
      : toJson(value, rule.int64 === true);
    // An argument left to the service keeps what the service chose; any other one is taken away.
    if (json === undefined || isBlank(json)) {
      if (!attribute.computed) remove(body, pathTo(name, rule));
    } else {
      put(body, pathTo(name, rule), json);
    }
  }
  for (const [name, nested] of block.blocks)
    writeNested(name, nested, state[name] ?? null, body, prefix, context);
}

function writeNested(
  name: string,
  nested: NestedBlock,
  value: Value,
  body: Body,
  prefix: string,
  context: Context,
): void {
  const rule = context.rules[prefix + name] ?? {};
  if (nested.nesting === 'single' || rule.local || value === UNKNOWN) return;
  const path = pathTo(name, rule);
  if (rule.write) {
    const json = rule.write(value, context.identity, context.state);
    if (json === undefined) remove(body, path);
    else put(body, path, json);
    return;
  }
  const items = objects(value);
  if (items.length === 0) {
    if (!nested.computed) remove(body, path);
    return;
  }
  const existing = take(body, path);
  const written = items.map((item, index) => {
    const previous = nested.max === 1 ? existing : Array.isArray(existing) ? existing[index] : undefined;
    const target: Body = isBody(previous) && nested.nesting === 'list' ? structuredClone(previous) : {};
    writeBlock(nested.block, item, target, `${prefix}${name}.`, context);
    return target;
  });
  put(body, path, nested.max === 1 ? (written[0] ?? {}) : written);
}

function readBlock(block: Block, body: Body, have: State, prefix: string, context: Context): State {
  const state: State = {};
  for (const [name, attribute] of block.attributes) {
    const rule = context.rules[prefix + name] ?? {};
    const before = have[name] ?? null;
    state[name] = rule.local
      ? known(before)
      : keepEmpty(
          rule.read
            ? rule.read(take(body, pathTo(name, rule)), before, context.identity)
            : fromJson(attribute.type, take(body, pathTo(name, rule))),
          before,
        );
  }
  for (const [name, nested] of block.blocks) {
    const rule = context.rules[prefix + name] ?? {};
    const before = have[name] ?? null;
    if (nested.nesting === 'single' || rule.local)
      state[name] = nested.nesting === 'single' ? before : (known(before) ?? []);
    else if (rule.read) state[name] = rule.read(take(body, pathTo(name, rule)), before, context.identity);
    else state[name] = readNested(name, nested, take(body, pathTo(name, rule)), before, prefix, context);
  }
  return state;
}

function readNested(
  name: string,
  nested: NestedBlock,
  json: Json | undefined,
  before: Value,
  prefix: string,
  context: Context,
): Value {
  const items = Array.isArray(json) ? json.filter(isBody) : isBody(json) ? [json] : [];
  const previous = objects(before);
  return items.map((item, index) =>
    readBlock(nested.block, item, previous[index] ?? {}, `${prefix}${name}.`, context),
  );
}

const known = (value: Value): Value => (value === UNKNOWN ? null : value);

/** The API leaves zeros out. Where the state says false or 0 it stays so, or every refresh would be a change. */
const keepEmpty = (value: Value, before: Value): Value =>
  value === null && before !== UNKNOWN && isEmpty(before) ? before : value;

function toJson(value: Value, int64: boolean): Json | undefined {
  if (value === null || value === UNKNOWN) return undefined;
  if (typeof value === 'number' && int64) return String(value);
  if (Array.isArray(value)) return value.map((item) => toJson(item, int64) ?? null);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item, int64) ?? null]));
  }
  return value as string | number | boolean;
}

function fromJson(type: TypeJson, json: Json | undefined): Value {
  if (json === undefined || json === null) return null;
  if (type === 'number') return Number(json);
  if (type === 'string') return typeof json === 'string' ? json : JSON.stringify(json);
  if (!Array.isArray(type)) return json;
  const [kind, inner] = type;
  if (kind === 'object') {
    const body = isBody(json) ? json : {};
    return Object.fromEntries(
      Object.entries(inner as Record<string, TypeJson>).map(([name, field]) => [
        name,
        fromJson(field, body[camel(name)]),
      ]),
    );
  }
  if (kind === 'map') {
    if (!isBody(json)) return null;
    return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, fromJson(inner, item)]));
  }
  // A computed list of at most one object is a plain object in the API.
  return (Array.isArray(json) ? json : [json]).map((item) => fromJson(inner as TypeJson, item));
}

const isBlank = (json: Json): boolean =>
  json === '' || (typeof json === 'object' && json !== null && Object.keys(json).length === 0);

const camel = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const pathTo = (name: string, rule: FieldRule): string[] => (rule.to ?? camel(name)).split('.');

export const isBody = (json: Json | undefined): json is Body =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

function take(body: Body, path: readonly string[]): Json | undefined {
  let json: Json | undefined = body;
  for (const name of path) {
    if (!isBody(json)) return undefined;
    json = json[name];
  }
  return json;
}

function put(body: Body, path: readonly string[], json: Json): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    body[name] = json;
    return;
  }
  const inner = body[name];
  const target: Body = isBody(inner) ? inner : {};
  body[name] = target;
  put(target, rest, json);
}

function remove(body: Body, path: readonly string[]): void {
  const [name = '', ...rest] = path;
  const inner = body[name];
  if (rest.length === 0) Reflect.deleteProperty(body, name);
  else if (isBody(inner)) remove(inner, rest);
}
