/** What a pass asks of a kind's declarations, compiled once per kind and never again. */
import type { Fields, Json, Risk } from '../../model.ts';
import type { Declaration, Leaf, Schema } from './declare.ts';
import { Memo } from './memo.ts';
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

/** What holds for a path, or for a pattern of paths: `containers[].env[]`. */
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
  const rules = new Map(rulesOf(schema, ''));
  const memo = new Memo<Rule>();
  const ruleOf = (path: string) => memo.of(path, (unseen) => ruleAt(rules, unseen));
  return {
    fields: readerOf(schema),
    same: (path, want, have) => {
      const { same, member } = ruleOf(path);
      return have === undefined ? member : same(want, have);
    },
    owns: (path) => ruleOf(path).whole,
    isMember: (path) => ruleOf(path).member,
    risk: (path) => ruleOf(path).risk,
    origin: (path) => ruleOf(path).from,
  };
}

const UNDECLARED: Rule = {
  same: SAME.value,
  risk: UNKNOWN,
  from: null,
  whole: false,
  member: false,
  except: undefined,
};

/** The rule for one path: what the pattern says, with the name of the item filled in. */
function ruleAt(rules: ReadonlyMap<string, Rule>, path: string): Rule {
  const rule = rules.get(patternOf(path)) ?? UNDECLARED;
  const name = lastName(path);
  return {
    ...rule,
    whole: rule.whole && !(rule.except?.test(name) ?? false),
    from: rule.from?.replace(/\[\]|\*/, (mark) => (mark === '*' ? name : `[${name}]`)) ?? null,
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
