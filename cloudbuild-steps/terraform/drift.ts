/** What a refresh-only plan found different from the state, field by field, with secrets masked and within one output. */
import { z } from 'zod';
import type { Json } from '../../reconciler/model.ts';

const json: z.ZodType<Json> = z.json();

/**
 * The part of `terraform show -json` that is read. `*_sensitive` mirrors the value with `true` where it is secret.
 * Source: https://developer.hashicorp.com/terraform/internals/json-format#change-representation
 */
const plan = z.object({
  resource_drift: z
    .array(
      z.object({
        address: z.string(),
        type: z.string(),
        change: z.object({
          actions: z.array(z.string()),
          before: json.default(null),
          after: json.default(null),
          before_sensitive: json.default(false),
          after_sensitive: json.default(false),
        }),
      }),
    )
    .default([]),
});

interface Drifted {
  readonly address: string;
  /** Terraform's type of the resource, e.g. `google_compute_router_nat`. */
  readonly type: string;
  /** `a.b[0].c`; null when the resource as a whole is gone. */
  readonly path: string | null;
  /** As the state has it. */
  readonly before: Json;
  /** As it is. */
  readonly after: Json;
  readonly action: 'update' | 'delete';
}

export interface Drift {
  readonly drift: readonly Drifted[];
  /** How many more there are that had no room. */
  readonly omitted: number;
}

/** Of the 50 KB that Cloud Build keeps, some are left for the rest of the output. */
const MAX_BYTES = 48 * 1024;
/** A value above this is told by its size: one long document must not push out the rest. */
const MAX_VALUE_BYTES = 1024;
const SENSITIVE = '(sensitive)';
/**
 * What the service counts for itself. It changes with every write, also with a neighbour's: the members of one IAM
 * policy share its etag, so each of them but the last is stale from the start. Nobody can want a value of these.
 */
const BOOKKEEPING: ReadonlySet<string> = new Set(['etag', 'fingerprint', 'label_fingerprint']);

/** Reads the plan's JSON. */
export function driftOf(text: string): Drift {
  const all = plan.parse(JSON.parse(text)).resource_drift.flatMap(({ address, type, change }): Drifted[] => {
    const of = { address, type };
    if (change.actions.includes('delete')) {
      return [{ ...of, path: null, before: null, after: null, action: 'delete' }];
    }
    const masks = [change.before_sensitive, change.after_sensitive] as const;
    return [...differences(change.before, change.after, masks, '')]
      .filter(({ path }) => !BOOKKEEPING.has(path))
      .map(({ path, before, after }) => ({
        ...of,
        path,
        before: short(before),
        after: short(after),
        action: 'update',
      }));
  });
  let bytes = 0;
  const fitting = all.findIndex((each) => (bytes += sizeOf(each) + 1) > MAX_BYTES);
  const drift = fitting < 0 ? all : all.slice(0, fitting);
  return { drift, omitted: all.length - drift.length };
}

interface Difference {
  readonly path: string;
  readonly before: Json;
  readonly after: Json;
}

type Masks = readonly [before: Json | undefined, after: Json | undefined];

function* differences(before: Json, after: Json, masks: Masks, path: string): Generator<Difference> {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  if (masks.includes(true)) {
    yield { path, before: SENSITIVE, after: SENSITIVE };
    return;
  }
  const [was, is] = [entriesOf(before), entriesOf(after)];
  // Items of lists that grew or shrank would be compared with the wrong ones.
  const comparable =
    was !== null &&
    is !== null &&
    Array.isArray(before) === Array.isArray(after) &&
    !(Array.isArray(before) && was.size !== is.size);
  if (!comparable) {
    yield { path, before: masked(before, masks[0]), after: masked(after, masks[1]) };
    return;
  }
  for (const key of new Set([...was.keys(), ...is.keys()])) {
    const step = Array.isArray(before) ? `[${key}]` : path === '' ? key : `.${key}`;
    const inner = [part(masks[0], key), part(masks[1], key)] as const;
    yield* differences(was.get(key) ?? null, is.get(key) ?? null, inner, `${path}${step}`);
  }
}

/** Children by key or by index; null for a scalar. */
const entriesOf = (value: Json | undefined): Map<string, Json> | null =>
  typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : null;

const part = (mask: Json | undefined, key: string): Json | undefined => entriesOf(mask)?.get(key);

function masked(value: Json, mask: Json | undefined): Json {
  if (mask === true) return SENSITIVE;
  const children = entriesOf(value);
  if (children === null) return value;
  const entries = [...children].map(([key, item]) => [key, masked(item, part(mask, key))] as const);
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

function short(value: Json): Json {
  const bytes = sizeOf(value);
  return bytes <= MAX_VALUE_BYTES ? value : `(${bytes} bytes)`;
}

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
