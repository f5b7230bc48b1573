/** Fields of a record set and taken away by their paths, in a copy: what `set`, `label` and `accept` do to a record. Pure. */
import { lookUp, parsePath, pathText, unknownField, type Step } from '../../desired-state/field-path.ts';
import type { SchemaNode } from '../../desired-state/json-schema.ts';
import { nearest } from '../../desired-state/nearest.ts';
import { isObject, textAt } from '../json.ts';
import type { Json } from '../model.ts';

export interface Assignment {
  readonly steps: readonly Step[];
  /** Undefined: the field is taken away, and its default holds. */
  readonly value: Json | undefined;
}

export type Read<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** Reads a text as the schema wants it: texts stay texts, so that `revision=1` and `value=yes` need no quotes. */
export type ReadYaml = (text: string) => Json;

/** `spec.a.b=value`, or `spec.a.b-` to take it away. `readYaml` reads lists and objects, and may throw. */
export function readAssignment(text: string, readYaml: ReadYaml): Read<Assignment> {
  const sign = text.search(/=|-$/);
  const path = text.slice(0, sign);
  const steps = sign < 1 ? undefined : parsePath(path);
  if (steps === undefined) {
    return problemOf(
      `${text}: use FIELD=VALUE, or FIELD- to take it away, e.g. spec.cluster.nodePools[gpu].max=4`,
    );
  }
  const found = lookUp(steps);
  if (!found.known) return problemOf(`${text}: ${unknownField(found)}`);
  if (text[sign] === '-') return { ok: true, value: { steps, value: undefined } };
  const value = readValue(text.slice(sign + 1), found.schema, readYaml);
  return value.ok
    ? { ok: true, value: { steps, value: value.value } }
    : problemOf(`${text}: ${value.problem}`);
}

const problemOf = (problem: string): { ok: false; problem: string } => ({ ok: false, problem });

/** What does not fit the type stays a text: the schema says then what is wrong with it, as for every record. */
function readValue(text: string, { type }: SchemaNode, readYaml: ReadYaml): Read<Json> {
  switch (type) {
    case 'integer':
    case 'number':
      return { ok: true, value: /^-?\d{1,15}$/.test(text) ? Number(text) : text };
    case 'boolean':
      return { ok: true, value: text === 'true' || text === 'false' ? text === 'true' : text };
    case 'array':
    case 'object':
      try {
        return { ok: true, value: readYaml(text) };
      } catch {
        return problemOf(`the value is no YAML; write ${type === 'array' ? '[a, b]' : '{key: value}'}`);
      }
    default:
      return { ok: true, value: text };
  }
}

/** A copy of the record after the assignments, in order; objects that are missing on the way are made. */
export function assigned(record: Json, assignments: readonly Assignment[]): Read<Json> {
  let copy: Json = record;
  for (const { steps, value } of assignments) {
    const next = placed(copy, steps, { value, path: [] });
    if (!next.ok) return next;
    copy = next.value ?? {};
  }
  return { ok: true, value: copy };
}

interface Target {
  readonly value: Json | undefined;
  /** The steps that led here. */
  readonly path: readonly Step[];
}

function placed(here: Json | undefined, steps: readonly Step[], target: Target): Read<Json | undefined> {
  const [step, ...rest] = steps;
  if (step === undefined) return { ok: true, value: target.value };
  const path = [...target.path, step];
  if ('item' in step) return placedItem(here, { item: step.item, rest }, { ...target, path });
  const object = isObject(here) ? here : undefined;
  if (object === undefined && here !== undefined) {
    return Array.isArray(here)
      ? problemOf(
          `${pathText(target.path)} is a list; say which item, as in ${pathText(target.path)}[NAME].${step.key}`,
        )
      : problemOf(`${pathText(target.path)} is not an object, so it has no ${step.key}`);
  }
  const old = object !== undefined && Object.hasOwn(object, step.key) ? object[step.key] : undefined;
  if (old === undefined && target.value === undefined) return { ok: true, value: here };
  const next = placed(old, rest, { ...target, path });
  if (!next.ok) return next;
  const kept = Object.entries(object ?? {});
  if (next.value === undefined)
    return { ok: true, value: Object.fromEntries(kept.filter(([key]) => key !== step.key)) };
  const fresh = next.value;
  if (old === undefined) return { ok: true, value: Object.fromEntries([...kept, [step.key, fresh]]) };
  return {
    ok: true,
    value: Object.fromEntries(kept.map(([key, item]) => [key, key === step.key ? fresh : item])),
  };
}

function placedItem(
  here: Json | undefined,
  { item, rest }: { readonly item: string; readonly rest: readonly Step[] },
  target: Target,
): Read<Json | undefined> {
  const list: readonly Json[] = Array.isArray(here) ? (here as readonly Json[]) : [];
  const index = indexOf(list, item);
  if (index < 0 && target.value === undefined) return { ok: true, value: here };
  if (index < 0 && rest.length > 0) return noItem(list, item, target);
  const next = placed(list[index], rest, target);
  if (!next.ok) return next;
  const value = rest.length === 0 && isObject(next.value) ? { name: item, ...next.value } : next.value;
  if (index < 0) return { ok: true, value: value === undefined ? list : [...list, value] };
  return { ok: true, value: list.flatMap((old, place) => (place === index ? (value ?? []) : [old])) };
}

/** By its name (taints have a key); by its place where the items have none. */
function indexOf(list: readonly Json[], item: string): number {
  const named = list.findIndex((each) => (textAt(each, 'name') ?? textAt(each, 'key')) === item);
  if (named >= 0 || !/^\d{1,4}$/.test(item)) return named;
  return Number(item) < list.length ? Number(item) : -1;
}

function noItem(list: readonly Json[], item: string, { path }: Target): { ok: false; problem: string } {
  const names = list.flatMap((each) => textAt(each, 'name') ?? []);
  const near = nearest(item, names);
  const where = pathText(path.slice(0, path.length - 1));
  const hint = near === undefined ? `it has ${names.join(', ') || 'none'}.` : `did you mean ${near}?`;
  return problemOf(
    `${where} has no item ${item}; ${hint} A new one is written whole, as in ${where}[${item}]={…}`,
  );
}
