/** What an edit of a record would change, told from the two records alone: no cloud, no network. Pure. */
import type { Tenant } from '../desired-state/tenant.ts';
import { outermost } from './compare.ts';
import { expect } from './expect.ts';
import { equal } from './json.ts';
import type { Json, Risk, Want } from './model.ts';
import { kindOf } from './resources/index.ts';

export interface Change {
  /** Id of the resource, e.g. `node-pool/gpu`. */
  readonly resource: string;
  /** Path within it; null when it would appear or vanish as a whole. */
  readonly field: string | null;
  readonly from: string | null;
  readonly before: Json;
  readonly after: Json;
  readonly risk: Risk;
}

/** Changes in resource order; `stored` undefined: a new tenant, everything would appear. */
export function changesOf(want: Tenant, stored: Tenant | undefined): Change[] {
  const before = new Map((stored ? expect(stored, null) : []).map((item) => [item.id, item]));
  const after = expect(want, null);
  const kept = new Set(after.map((item) => item.id));
  return [
    ...after.flatMap((item) => {
      const old = before.get(item.id);
      return old ? between(old, item) : [whole(item, 'absent', 'present', 'in-place')];
    }),
    ...[...before.values()]
      .filter((item) => !kept.has(item.id))
      .map((item) => whole(item, 'present', 'absent', 'one-way')),
  ];
}

const whole = (item: Want, before: Json, after: Json, risk: Risk): Change => ({
  resource: item.id,
  field: null,
  from: item.from,
  before,
  after,
  risk,
});

function between(old: Want, item: Want): Change[] {
  const moved: Change[] =
    old.name === item.name ? [] : [{ ...whole(item, old.name, item.name, 'stateful'), field: 'name' }];
  const kind = kindOf(item);
  const paths = [...new Set([...Object.keys(old.fields), ...Object.keys(item.fields)])].filter((path) => {
    const was = old.fields[path]?.want;
    const will = item.fields[path]?.want;
    if (was === undefined || will === undefined) return !kind?.isMember(path);
    return kind === undefined ? !equal(was, will) : !kind.same(path, was, will);
  });
  const comesOrGoes = (path: string) => old.fields[path] === undefined || item.fields[path] === undefined;
  return [
    ...moved,
    ...outermost(paths, comesOrGoes).map((path): Change => {
      const was = old.fields[path];
      const will = item.fields[path];
      return {
        resource: item.id,
        field: path,
        from: will?.from ?? was?.from ?? null,
        before: was?.want ?? null,
        after: will?.want ?? null,
        risk: kind?.risk(path) ?? 'stateful',
      };
    }),
  ];
}
