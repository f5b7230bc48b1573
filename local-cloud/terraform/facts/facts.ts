/**
 * What the generated schemas cannot say about an argument: whether a change replaces the resource, its default, its
 * allowed values, when two spellings are the same. Source: documentation of the google provider 6.50.0
 * (https://registry.terraform.io/providers/hashicorp/google/6.50.0/docs), argument by argument.
 */
import type { Comparison } from '../compare.ts';

/** Keys are argument paths of one type, blocks joined by dots: `node_config.machine_type`. */
export interface TypeFacts {
  /** A changed value replaces the resource; for a block, a changed number of items does. */
  readonly forceNew?: readonly string[];
  readonly defaults?: Readonly<Record<string, string | number | boolean>>;
  readonly enums?: Readonly<Record<string, readonly string[]>>;
  readonly patterns?: Readonly<Record<string, RegExp>>;
  /** When two different spellings mean the same and are no change. */
  readonly same?: Readonly<Record<string, Comparison>>;
  /** Arguments that exclude each other. */
  readonly conflicts?: readonly (readonly [string, string])[];
  /** Groups of which exactly one must be given. */
  readonly exactlyOne?: readonly (readonly string[])[];
  /** Optional arguments the service fills in that the npm packages show as plainly optional. */
  readonly computed?: readonly string[];
  /** The reverse. */
  readonly notComputed?: readonly string[];
  readonly sensitive?: readonly string[];
  readonly maxItems?: Readonly<Record<string, number>>;
}

export const words = (text: string): string[] => text.trim().split(/\s+/);

/** The same facts for arguments that stand inside `block`. */
export function under(block: string, facts: TypeFacts): TypeFacts {
  const paths = (list: readonly string[] = []): string[] => list.map((path) => `${block}.${path}`);
  const keys = <T>(record: Readonly<Record<string, T>> = {}): Record<string, T> =>
    Object.fromEntries(Object.entries(record).map(([path, value]) => [`${block}.${path}`, value]));
  return {
    forceNew: paths(facts.forceNew),
    defaults: keys(facts.defaults),
    enums: keys(facts.enums),
    patterns: keys(facts.patterns),
    same: keys(facts.same),
    conflicts: (facts.conflicts ?? []).map(([a, b]) => [`${block}.${a}`, `${block}.${b}`] as const),
    exactlyOne: (facts.exactlyOne ?? []).map(paths),
    computed: paths(facts.computed),
    sensitive: paths(facts.sensitive),
    maxItems: keys(facts.maxItems),
  };
}

/** Several sets of facts about one type as one. */
export function together(...all: TypeFacts[]): TypeFacts {
  const list = (key: 'forceNew' | 'computed' | 'notComputed' | 'sensitive'): string[] =>
    all.flatMap((facts) => facts[key] ?? []);
  return {
    forceNew: list('forceNew'),
    computed: list('computed'),
    notComputed: list('notComputed'),
    sensitive: list('sensitive'),
    conflicts: all.flatMap((facts) => facts.conflicts ?? []),
    exactlyOne: all.flatMap((facts) => facts.exactlyOne ?? []),
    defaults: Object.assign({}, ...all.map((facts) => facts.defaults)) as Record<
      string,
      string | number | boolean
    >,
    enums: Object.assign({}, ...all.map((facts) => facts.enums)) as Record<string, readonly string[]>,
    patterns: Object.assign({}, ...all.map((facts) => facts.patterns)) as Record<string, RegExp>,
    same: Object.assign({}, ...all.map((facts) => facts.same)) as Record<string, Comparison>,
    maxItems: Object.assign({}, ...all.map((facts) => facts.maxItems)) as Record<string, number>,
  };
}
