/**
 * The fields of a record that may be rolled out in waves: the version of something, one short text each. Another one,
 * such as a pinned infrastructure version, is rolled out as soon as it is listed here. Pure.
 */
import { at, isObject, type JsonObject } from './json.ts';
import type { Json } from './model.ts';

export const ROLLABLE = [
  { field: 'spec.workload.source.revision', what: 'what the image is built from' },
  { field: 'spec.cluster.releaseChannel', what: 'how early GKE upgrades the cluster' },
] as const;

/** A rollout is one row of the store, so it has a size; a larger fleet is rolled out by narrower selectors. */
export const MOST_TENANTS = 5_000;

/** What stands there as text; undefined where the field was left out (or holds no text, and then no record does). */
export function fieldOf(record: Json | undefined, field: string): string | undefined {
  const value = at(record, ...field.split('.'));
  return typeof value === 'string' ? value : undefined;
}

/** The record with this field alone changed; `undefined` leaves it out, as it was before somebody set it. */
export function withField(record: Json, field: string, value: string | undefined): Json {
  const [step = '', ...rest] = field.split('.');
  const here: JsonObject = isObject(record) ? record : {};
  if (rest.length > 0) return { ...here, [step]: withField(here[step] ?? {}, rest.join('.'), value) };
  if (value !== undefined) return { ...here, [step]: value };
  return Object.fromEntries(Object.entries(here).filter(([key]) => key !== step));
}
