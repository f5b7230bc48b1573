/** What a pass asks of a kind's declarations, compiled once per kind and never again. */
import type { Fields, Json, Risk } from '../../model.ts';
import type { Declaration, Leaf, Schema } from './declare.ts';
import { lastName, patternOf } from './path.ts';
import { isLeaf, readerOf } from './read.ts';
import { SAME } from './same.ts';

export interface CompiledSchema {
  /** Every declared field of a body, flat. */
  readonly fields: (body: Json) => Fields;
  /** Whether two spellings of this field's value are one; `have` undefined: it is not there. */
  readonly same: (path: string, want: Json, have: Json | undefined) => boolean;
  /** Whether an addition there is a finding. */
  readonly owns: (path: string) => boolean;
  /** Whether what is added or gone there is told by a resource of its own. */
  readonly isMember: (path: string) => boolean;
  /** What a correction would take. Nobody knows of a field that is not declared, so a person has to look. */
  readonly risk: (path: string) => Risk;
  /** The record's field behind it; null where none is declared. */
  readonly origin: (path: string) => string | null;
}

/** Taken for the worst there is: policy answers `approve` to it in every class. */
const UNKNOWN: Risk = 'stateful';

/** One pattern of paths: `containers[].env[]`. */
interface Rule {
  readonly same: (typeof SAME)[Leaf['type']];
  readonly risk: Risk;
  readonly from: string | null;
  /** Set where the path leads to an item of a list or map that we own as a whole. */
  readonly whole: boolean;
  readonly member: boolean;
  readonly except: RegExp | undefined;
}

export function compileSchema(schema: Schema): CompiledSchema {
  const read = readerOf(schema);
  const rules = new Map(rulesOf(schema, ''));
  const ruleOf = (path: string) => rules.get(patternOf(path));
  return {
    fields: (body) => {
      const flat: Record<string, Json> = {};
      read(body, flat, '');
      return flat;
    },
    same: (path, want, have) => {
      const rule = ruleOf(path);
      if (have === undefined) return rule?.member ?? false;
      return (rule?.same ?? SAME.value)(want, have);
    },
    owns: (path) => {
      const rule = ruleOf(path);
      return rule !== undefined && rule.whole && !(rule.except?.test(lastName(path)) ?? false);
    },
    isMember: (path) => ruleOf(path)?.member ?? false,
    risk: (path) => ruleOf(path)?.risk ?? UNKNOWN,
    origin: (path) =>
      ruleOf(path)?.from?.replace(/\[\]|\*/, (mark) =>
        mark === '*' ? lastName(path) : `[${lastName(path)}]`,
      ) ?? null,
  };
}

function rulesOf(schema: Schema, prefix: string): (readonly [string, Rule])[] {
  return Object.entries(schema).flatMap(([path, declared]) => {
    const pattern = patternOf(prefix + path);
    if (declared.node === 'leaf') return [[pattern, ruleFor(declared)] as const];
    const item = `${pattern}[]`;
    const { each } = declared;
    if (isLeaf(each)) return [[item, { ...ruleFor(declared), same: SAME[each.type] }] as const];
    return [[item, ruleFor(declared)] as const, ...rulesOf(each, `${item}.`)];
  });
}

const ruleFor = (declared: Declaration): Rule => ({
  same: declared.node === 'leaf' ? SAME[declared.type] : SAME.value,
  risk: declared.risk ?? 'in-place',
  from: declared.from ?? null,
  whole: declared.node !== 'leaf' && declared.whole === true,
  member: declared.node === 'list' && declared.members === true,
  except: declared.node === 'leaf' ? undefined : declared.except,
});
