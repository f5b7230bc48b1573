/** Laws that hold for every workflow: a generator makes valid programs, and each is built, run and looked at. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { build } from '../../../../local-cloud/workflows/check/check.ts';
import { Raised, Stopped } from '../../../../local-cloud/workflows/run/errors.ts';
import { compileProgram } from '../../../../local-cloud/workflows/run/interpreter.ts';
import { printable } from '../../../../local-cloud/workflows/run/json.ts';
import { Scope } from '../../../../local-cloud/workflows/run/variables.ts';
import { write } from '../../../../local-cloud/workflows/run/access.ts';
import { equal, isList, isMap, type Value } from '../../../../local-cloud/workflows/run/values.ts';
import { executeInTime, testHost } from '../support/host.ts';

/** Variables every program starts with, so that any expression may name them. */
const NAMES = ['a', 'b', 'm', 'l'];
const START = { assign: [{ a: 1 }, { b: 'x' }, { m: { k: 1 } }, { l: [1, 2] }] };

const expression: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      ...NAMES,
      'm.k',
      'l[0]',
      'm["z"]',
      'l[7]',
      '1',
      '2.5',
      '"s"',
      'true',
      'null',
      '[1, "q"]',
      '{"k": 2}',
    ),
    fc
      .tuple(tie('any'), fc.constantFrom('+', '-', '*', '/', '//', '%', '==', '<', 'in', 'and'), tie('any'))
      .map(([x, op, y]) => `(${x} ${op} ${y})`),
    tie('any').map((x) => `not ${x}`),
    fc
      .tuple(fc.constantFrom('len', 'keys', 'string', 'int', 'get_type', 'json.encode_to_string'), tie('any'))
      .map(([f, x]) => `${f}(${x})`),
    fc.tuple(tie('any'), tie('any')).map(([x, y]) => `list.concat(${x}, ${y})`),
    tie('any').map((x) => `sub(${x})`),
  ),
})).any;

/** What goes well more often than not, so that programs get further than their first error. */
const harmless = fc.constantFrom(
  '1',
  '2 * 3',
  '[a]',
  '{"k": a, "n": {}}',
  '"s" + 1',
  'get_type(m)',
  'l',
  'm',
  'sub(a)',
  '[l, m]',
);
const within = (text: string): string => `\${${text}}`;
const short = fc
  .oneof(
    { arbitrary: harmless, weight: 3 },
    { arbitrary: expression.filter((text) => text.length < 390), weight: 1 },
  )
  .map(within);
const condition = fc.constantFrom('true', 'a == 1', 'b != l', 'get_type(l) == "list"', 'a').map(within);

const target = fc.constantFrom('a', 'b', 'm', 'l', 'm.k', 'm["n"].deep', 'l[0]', 'l[1]');
const assign = fc.tuple(target, short).map(([at, value]) => ({ assign: [{ [at]: value }] }));
const grow = fc.constant({ assign: [{ l: '${list.concat(l, a)}' }] });

type Body = Record<string, unknown>;

/** Step bodies; `name` numbers the steps afterwards, because names must be unique. */
const body: fc.Arbitrary<Body> = fc.letrec<{ body: Body; steps: Body[] }>((tie) => ({
  body: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { arbitrary: assign, weight: 4 },
    grow,
    fc.integer({ min: 0, max: 3 }).map((seconds) => ({ call: 'sys.sleep', args: { seconds } })),
    short.map((value) => ({ raise: value })),
    fc.tuple(condition, tie('steps')).map(([when, steps]) => ({ switch: [{ condition: when, steps }] })),
    tie('steps').map((steps) => ({ for: { value: 'v', range: [1, 3], steps } })),
    tie('steps').map((steps) => ({
      try: { steps },
      except: { as: 'e', steps: [{ assign: [{ b: '${e}' }] }] },
    })),
    tie('steps').map((steps) => ({
      try: { steps },
      retry: {
        predicate: '${retry.always}',
        max_retries: 2,
        backoff: { initial_delay: 1, max_delay: 9, multiplier: 2 },
      },
    })),
    tie('steps').map((steps) => ({ parallel: { shared: NAMES, for: { value: 'w', range: [1, 3], steps } } })),
  ),
  steps: fc.array(tie('body'), { minLength: 1, maxLength: 3 }),
})).body;

/** Gives every step a name of its own, at any depth. */
function named(bodies: readonly Body[], next: { number: number }): Record<string, Body>[] {
  return bodies.map((one) => {
    next.number += 1;
    return { [`s${next.number}`]: inside(one, next) };
  });
}

function inside(value: Body, next: { number: number }): Body {
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      if (key === 'steps') return [key, named(part as Body[], next)];
      // Loops inside each other may not share a variable.
      if (key === 'value') return [key, `${String(part)}${next.number}`];
      if (key === 'switch') return [key, (part as Body[]).map((arm) => inside(arm, next))];
      const block = ['for', 'try', 'except', 'parallel'].includes(key);
      return [key, block ? inside(part as Body, next) : part];
    }),
  );
}

/** So that one failing piece does not hide the rest. */
const guarded = (one: Body): Body => ({
  try: { steps: [one] as unknown },
  except: { as: 'e', steps: [{ assign: [{ b: '${e}' }] }] },
});

const program = fc.array(body.map(guarded), { minLength: 1, maxLength: 6 }).map((bodies) =>
  stringify({
    main: {
      steps: [
        { start: START },
        ...named(bodies, { number: 0 }),
        { end0: { return: ['${a}', '${b}', '${m}', '${l}'] } },
      ],
    },
    sub: {
      params: ['x'],
      steps: [{ s: { assign: [{ y: [1] }, { 'y[0]': '${x}' }] } }, { r: { return: '${y[0]}' } }],
    },
  }),
);

interface Trace {
  readonly steps: readonly string[];
  readonly outcome: string;
  readonly memory: number;
  readonly ended: number;
}

/** Runs on a clock that jumps to the next timer, so that time costs nothing and its order is always the same. */
async function trace(source: string, seed: number, tick = 1000): Promise<Trace> {
  const host = testHost();
  const steps: string[] = [];
  const state = { over: false };
  const { run, result } = compileProgram(build(source)).start(
    null,
    host,
    (_r, step) => steps.push(step),
    undefined,
    seed,
  );
  const outcome = result
    .then(printable, (error: unknown) => {
      if (!(error instanceof Raised)) throw error;
      return `${printable(error.value)} ${error.context(printable)}`;
    })
    .finally(() => (state.over = true));
  while (!state.over) {
    await new Promise((resolve) => setImmediate(resolve));
    if (host.sleeping() > 0) await host.clock.advance(tick);
  }
  const text = await outcome;
  host.end(new Stopped('test over'));
  return { steps, outcome: text, memory: run.memory, ended: host.sleeping() };
}

describe('every program the checker accepts', () => {
  it('runs without an internal error, gives all memory back, and runs the same way again under its seed', async () => {
    await fc.assert(
      fc.asyncProperty(program, fc.nat(), async (source, seed) => {
        const first = await trace(source, seed);
        expect(first.outcome).not.toContain('SystemError');
        // A limit ends the execution with its branches still standing; nothing is given back then.
        if (!first.outcome.includes('ResourceLimitError')) expect(first.memory).toBe(0);
        expect(await trace(source, seed)).toEqual(first);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a seed', () => {
  const RACE = `
- i: {assign: [{l: []}]}
- p: {parallel: {shared: [l], for: {value: v, range: [1, 3], steps: [
    {a: {assign: [{l: "\${list.concat(l, v)}"}]}}, {b: {assign: [{l: "\${list.concat(l, v)}"}]}}, {c: {assign: [{l: "\${list.concat(l, v)}"}]}}]}}}
- r: {return: "\${l}"}`;

  it('decides the order of branches, and many seeds find many orders', async () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 200; seed += 1) orders.add((await trace(RACE, seed)).outcome);
    expect(orders.size).toBeGreaterThan(50);
  });

  it('never loses a step of any branch', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const { outcome } = await trace(RACE, seed);
        expect((JSON.parse(outcome) as number[]).toSorted()).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3]);
      }),
      { numRuns: 50 },
    );
  });
});

const leaf: fc.Arbitrary<Value> = fc.oneof(
  fc.bigInt({ min: -5n, max: 5n }),
  fc.string({ maxLength: 3 }),
  fc.constantFrom(null, true, 1.5),
);
const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), tie('value')), { selector: ([key]) => key })
      .map((entries) => new Map(entries)),
  ),
})).value;

/** The documented formula, written again without any memory of its own. */
function recount(item: Value): number {
  if (typeof item === 'string') return 8 + Buffer.byteLength(item);
  if (isList(item)) return item.reduce((sum: number, inner) => sum + recount(inner), 8);
  if (isMap(item)) return [...item].reduce((sum, [key, inner]) => sum + recount(key) + recount(inner), 8);
  return 8;
}

const SLOTS = 3;
const slot = fc.nat({ max: SLOTS - 1 });
const operation = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), to: slot, value }),
  fc.record({ kind: fc.constant('integer' as const), to: slot, integer: fc.integer() }),
  fc.record({ kind: fc.constant('copy' as const), to: slot, from: slot }),
  fc.record({ kind: fc.constant('key' as const), to: slot, key: fc.constantFrom('a', 'b', 'n'), value }),
  fc.record({ kind: fc.constant('deep' as const), to: slot, key: fc.constantFrom('a', 'b'), value }),
  fc.record({ kind: fc.constant('append' as const), to: slot, value }),
  fc.record({ kind: fc.constant('embed' as const), to: slot, from: slot }),
);

describe('variables', () => {
  it('behave as if every assignment copied, and cost what a recount from nothing says', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
        let memory = 0;
        const scope = new Scope({ useMemory: (bytes) => (memory += bytes) }, SLOTS);
        // The model copies the whole value at each assignment, as the language says.
        const model: Value[] = [null, null, null];
        for (let at = 0; at < SLOTS; at += 1) scope.set(at, null);
        for (const one of operations) {
          const apply = (change: (into: 'scope' | 'model') => void): void => {
            try {
              change('model');
            } catch (error) {
              if (!(error instanceof Raised)) throw error;
              expect(() => change('scope')).toThrow(error.message);
              return;
            }
            change('scope');
          };
          const place = (path: readonly Value[], item: Value): void =>
            apply((into) => {
              if (into === 'scope') scope.write(one.to, path, item);
              else model[one.to] = structuredClone(write(model[one.to], path, item));
            });
          if (one.kind === 'set') {
            scope.set(one.to, one.value);
            model[one.to] = structuredClone(one.value);
          } else if (one.kind === 'integer') {
            scope.setInteger(one.to, one.integer);
            model[one.to] = BigInt(one.integer);
          } else if (one.kind === 'copy') {
            scope.set(one.to, scope.get(one.from, 'x'));
            model[one.to] = structuredClone(model[one.from] ?? null);
          } else if (one.kind === 'append') {
            if (scope.append(one.to, one.value))
              model[one.to] = [...(model[one.to] as Value[]), structuredClone(one.value)];
          } else if (one.kind === 'embed') place(['n'], scope.get(one.from, 'x'));
          else place(one.kind === 'key' ? [one.key] : [one.key, 'z'], one.value);
          for (let at = 0; at < SLOTS; at += 1) {
            const item = model[at] ?? null;
            expect(scope.integer(at)).toBe(typeof item === 'bigint' ? Number(item) : NaN);
            expect(equal(scope.borrow(at, 'x'), item)).toBe(true);
          }
          expect(memory).toBe(model.reduce((sum: number, item) => sum + recount(item), 0));
        }
        scope.release();
        expect(memory).toBe(0);
      }),
      { numRuns: 400 },
    );
  });
});

describe('retries', () => {
  it('run the body once and once more for each retry, and wait the sum of the delays', async () => {
    const policy = fc.record({
      retries: fc.nat({ max: 6 }),
      first: fc.integer({ min: 1, max: 9 }),
      most: fc.integer({ min: 1, max: 40 }),
      factor: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(policy, async ({ retries, first, most, factor }) => {
        const { result, steps } = await executeInTime(`
- i: {assign: [{begin: "\${sys.now()}"}]}
- t:
    try: {steps: [{again: {raise: x}}]}
    retry: {predicate: "\${retry.always}", max_retries: ${retries}, backoff: {initial_delay: ${first}, max_delay: ${most}, multiplier: ${factor}}}
    except: {as: e, steps: [{r: {return: "\${sys.now() - begin}"}}]}`);
        const delays = Array.from({ length: retries }, (_, k) => Math.min(first * factor ** k, most));
        expect(steps.filter((step) => step === 'again')).toHaveLength(retries + 1);
        expect(result).toBe(delays.reduce((sum, delay) => sum + delay, 0));
      }),
      { numRuns: 40 },
    );
  });
});

describe('time', () => {
  it('passes as fast as the machine can count: a year of daily checks and their retries', async () => {
    const source = `
- i: {assign: [{begin: "\${sys.now()}"}, {failed: 0}]}
- days:
    for:
      value: day
      range: [1, 330]
      steps:
      - nap: {call: sys.sleep, args: {seconds: 86400}}
      - look:
          try: {steps: [{fail: {raise: down}}]}
          retry: {predicate: "\${retry.always}", max_retries: 2, backoff: {initial_delay: 3600, max_delay: 7200, multiplier: 2}}
          except: {as: e, steps: [{count: {assign: [{failed: "\${failed + 1}"}]}}]}
- r: {return: ["\${failed}", "\${(sys.now() - begin) // 86400}"]}`;
    expect((await trace(source, 1, 43_200_000)).outcome).toBe('[330,371]');
  });
});
