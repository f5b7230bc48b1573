/** Our checker and the engine's, written apart: what one takes the other takes, and both refuse the same mistakes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { build } from '../../local-cloud/workflows/check/check.ts';
import { check, problemText } from '../../workflow-defs/check.ts';
import { LOG } from '../../workflow-defs/functions.ts';
import { render } from '../../workflow-defs/render.ts';
import {
  assign,
  attempt,
  call,
  choose,
  expr,
  give,
  goTo,
  group,
  loop,
  otherwise,
  raise,
  routine,
  when,
  workflow,
  type Step,
} from '../../workflow-defs/tree.ts';

interface Shape {
  readonly kind: 'assign' | 'log' | 'call' | 'switch' | 'for' | 'try' | 'group';
  readonly pick: number;
  readonly inner: readonly Shape[];
}

const shapeOf = (depth: number): fc.Arbitrary<Shape> =>
  fc.record({
    kind: fc.constantFrom('assign', 'log', 'call', 'switch', 'for', 'try', 'group'),
    pick: fc.nat(20),
    inner: depth === 0 ? fc.constant([]) : fc.array(shapeOf(depth - 1), { maxLength: 3 }),
  });

const EXPRESSIONS = ['v', 'w["k"].l[0]', 'v + 1 == 2 or not (v in [1, 2])', 'default(map.get(w, "x"), {"a": [v]})', 'string(len(w)) + "text: # not a comment"', '-v // 2 % 3']; // prettier-ignore

const RETRY = {
  predicate: expr('again'),
  maxRetries: 2,
  backoff: { initialDelay: 1, maxDelay: 2, multiplier: 2 },
};

/** Steps of these shapes, each with a name of its own. */
function stepsOf(shapes: readonly Shape[]): Step[] {
  let count = 0;
  const all = (inner: readonly Shape[]): Step[] => [
    ...inner.map(one),
    call(`log_${++count}`, LOG, { text: 'x' }),
  ];
  const one = ({ kind, pick, inner }: Shape): Step => {
    const name = `step_${++count}`;
    const value = expr(EXPRESSIONS[pick % EXPRESSIONS.length] ?? 'v');
    switch (kind) {
      case 'assign':
        return assign(name, { v: value, [`x${pick}`]: [{ deep: value }, 'yes', pick, null] });
      case 'log':
        return call(name, LOG, { text: value, severity: 'INFO' });
      case 'call':
        return call(name, 'sub', pick % 2 === 0 ? { p: value } : { p: 1, q: value }, 'w');
      case 'switch':
        return choose(name, when(value, { steps: all(inner) }), otherwise({ next: 'fin' }));
      case 'for':
        return loop(name, `i_${name}`, pick % 2 === 0 ? { range: [1, pick] } : { in: expr('w') }, [
          ...all(inner),
          choose(
            `${name}_on`,
            when(expr(`i_${name} == v`), { next: 'continue' }),
            otherwise({ next: 'break' }),
          ),
        ]);
      case 'try':
        return attempt(name, all(inner), {
          ...(pick % 2 === 0 && { retry: RETRY }),
          except: { as: 'e', steps: [raise(`${name}_up`, expr('e'))] },
        });
      case 'group':
        return group(name, all(inner));
    }
  };
  // A jump to the end of the routine crosses the border of a loop; only those outside may have one.
  const flat = (inner: readonly Shape[], inLoop: boolean): Shape[] =>
    inner.map((each) => ({
      ...each,
      kind: inLoop && each.kind === 'switch' ? 'group' : each.kind,
      inner: flat(each.inner, inLoop || each.kind === 'for'),
    }));
  return flat(shapes, false).map(one);
}

const treeOf = (steps: readonly Step[]) =>
  workflow(
    routine('main', ['args'], [assign('init', { v: 1, w: expr('args') }), ...steps, give('fin', expr('v'))]),
    [
      routine('again', ['e'], [give('never', false)]),
      routine('sub', ['p', { name: 'q', default: null }], [give('both', expr('[p, q]'))]),
    ],
  );

const shapes = fc.array(shapeOf(3), { maxLength: 4 });

test('any valid tree passes both', () => {
  fc.assert(
    fc.property(shapes, (any) => {
      const tree = treeOf(stepsOf(any));
      expect(check('any', tree).map(problemText)).toEqual([]);
      expect(() => build(render(tree))).not.toThrow();
    }),
    { numRuns: 1000 },
  );
});

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, i]));

test.each<[string, string, Step]>([
  ['an undefined variable', 'bad', assign('bad', { x: expr('nobody + 1') })],
  ['an expression that is too long', 'bad', assign('bad', { x: expr(`"${'x'.repeat(420)}"`) })],
  ['a step of the same name', 'init', assign('init', { v: 2 })],
  ['51 assignments', 'bad', assign('bad', many(51))],
  ['51 conditions', 'bad', choose('bad', ...Array.from({ length: 51 }, () => when(expr('v == 1'), { next: 'fin' })))],
  ['a jump across a border', 'inside', loop('bad', 'i', { range: [1, 2] }, [goTo('inside', 'init')])],
  ['a loop variable of somebody else', 'bad', loop('bad', 'v', { range: [1, 2] }, [raise('bad_in', 'x')])],
  ['a jump to nowhere', 'bad', goTo('bad', 'nowhere')],
  ['an unknown function', 'bad', call('bad', 'sys.nothing', {})],
  ['an unknown function in an expression', 'bad', assign('bad', { x: expr('nothing.at_all(v)') })],
  ['a missing argument', 'bad', call('bad', 'sub', {})],
  ['an argument too many', 'bad', call('bad', 'sub', { p: 1, r: 2 })],
  ['a blocking call in an expression', 'bad', assign('bad', { x: expr('sys.sleep(1)') })],
  ['an expression nobody can read', 'bad', assign('bad', { x: expr('(v') })],
])('%s anywhere in a valid tree is refused by both, by ours with flow and step', (_, step, mutation) => {
  fc.assert(
    fc.property(shapes, fc.nat(5), (any, where) => {
      const steps = stepsOf(any);
      const tree = treeOf(steps.toSpliced(where, 0, mutation));
      expect(check('mutated', tree).map(problemText)).toContainEqual(
        expect.stringMatching(new RegExp(`^flow mutated, main, step ${step}: `)),
      );
      expect(() => build(render(tree))).toThrow();
    }),
    { numRuns: 100 },
  );
}); // prettier-ignore
