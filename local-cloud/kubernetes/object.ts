/** The shape every Kubernetes object shares, and small helpers to walk JSON without casts all over the place. */
import type { Body, Json } from '../core/store.ts';

export type ManagedFieldsEntry = {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time?: string;
  fieldsType: 'FieldsV1';
  fieldsV1: Body;
  subresource?: string;
};

export type Metadata = Body & {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  generation?: number;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
};

/** A stored object. Never changed in place: a write replaces it. */
export type Kube = Body & { apiVersion: string; kind: string; metadata: Metadata };

export const isObject = (value: Json | undefined): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object at `key`; an empty one, not attached to its parent, when there is none. */
export function objectAt(parent: Body | undefined, key: string): Body {
  const value = parent?.[key];
  return isObject(value) ? value : {};
}

/** The object at `key`, created there when it is missing. */
export function ensureObject(parent: Body, key: string): Body {
  const value = parent[key];
  if (isObject(value)) return value;
  const made: Body = {};
  parent[key] = made;
  return made;
}

/** The objects of the list at `key`; other items are left out. */
export function objectsAt(parent: Body | undefined, key: string): Body[] {
  const value = parent?.[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function textAt(parent: Body | undefined, key: string): string | undefined {
  const value = parent?.[key];
  return typeof value === 'string' ? value : undefined;
}

export function numberAt(parent: Body | undefined, key: string): number | undefined {
  const value = parent?.[key];
  return typeof value === 'number' ? value : undefined;
}

/** The string values of a map such as labels or a selector. */
export function textsAt(parent: Body | undefined, key: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectAt(parent, key)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

export const omit = (object: Body, ...keys: string[]): Body =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

/** Sets `key` unless it has a value already. */
export function fallback(parent: Body, key: string, value: Json): void {
  parent[key] ??= value;
}

export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameJson(a[key], b[key]));
}

/** RFC 3339 to the second, as the API server prints times. */
export const kubeTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
