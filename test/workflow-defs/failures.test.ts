/** No call may fail unheard: what the checker says of every call that leaves an execution. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problemText } from '../../workflow-defs/check.ts';
import { checkFailures } from '../../workflow-defs/failures.ts';
import { COMMIT, GET_BUILD, LOG, SLEEP } from '../../workflow-defs/functions.ts';
import {
  attempt,
  call,
  choose,
  expr,
  give,
  group,
  loop,
  otherwise,
  raise,
  routine,
  workflow,
  type Except,
  type Routine,
  type Step,
} from '../../workflow-defs/tree.ts';

const RETRY = {
  predicate: expr('again'),
  maxRetries: 1,
  backoff: { initialDelay: 1, maxDelay: 1, multiplier: 1 },
};

const ask = (name: string, callee: string = GET_BUILD) => call(name, callee, {});
const record = (state: string) => call('told', 'record', { state });
const passOn: Except = { as: 'e', steps: [raise('up', expr('e'))] };
const recorded: Except = { as: 'e', steps: [record('FAILED'), raise('up_again', expr('e'))] };

const problems = (steps: readonly Step[], subworkflows: readonly Routine[] = []) =>
  checkFailures('test', workflow(routine('main', ['args'], steps), subworkflows)).map(problemText);

const UNTRIED = `flow test, main, step a: ${GET_BUILD} is not tried again, and nothing says why`;
const UNRECORDED = `flow test, main, step a: an error of ${GET_BUILD} would end the execution and never be recorded`;

describe('takes a call', () => {
  test.each<[string, readonly Step[]]>([
    ['that is tried again and whose error is recorded', [attempt('t', [ask('a')], { retry: RETRY, except: recorded })]],
    ['that says why it is made once', [attempt('t', [ask('a')], { once: 'because', except: recorded })]],
    ['whose error may end where it is, for a reason', [attempt('t', [ask('a')], { retry: RETRY, except: { as: 'e', steps: [give('g', null)], goesOn: 'because' } })]],
    ['whose error is passed on to where it is recorded', [attempt('o', [attempt('i', [ask('a')], { retry: RETRY, except: passOn })], { except: recorded })]],
    ['that is tried again from further out', [attempt('o', [attempt('i', [ask('a')], { except: passOn })], { retry: RETRY, except: recorded })]],
    ['of the ledger, whose error ends the execution', [attempt('t', [ask('a', COMMIT)], { retry: RETRY })]],
    ['that only waits', [call('a', SLEEP, { seconds: 1 })]],
    ['recorded within a branch of the except', [attempt('t', [ask('a')], { retry: RETRY, except: { as: 'e', steps: [choose('c', otherwise({ steps: [record('FAILED')] }))] } })]],
  ])('%s', (_, steps) => {
    expect(problems(steps)).toEqual([]);
  }); // prettier-ignore

  test('within a routine that is called where it is tried again and recorded', () => {
    const steps = [attempt('t', [call('c', 'sub', {})], { retry: RETRY, except: recorded })];
    expect(problems(steps, [routine('sub', [], [ask('a')])])).toEqual([]);
  });
});

describe('refuses a call', () => {
  test.each<[string, readonly Step[], readonly string[]]>([
    ['by itself', [ask('a')], [UNTRIED, UNRECORDED]],
    ['made once without a reason', [attempt('t', [ask('a')], { except: recorded })], [UNTRIED]],
    ['whose error has ended before it could be tried again', [attempt('o', [attempt('i', [ask('a')], { except: { as: 'e', steps: [give('g', null)], goesOn: 'because' } })], { retry: RETRY, except: recorded })], [UNTRIED]],
    ['that nobody catches', [attempt('t', [ask('a')], { retry: RETRY })], [UNRECORDED]],
    ['whose error is passed on to nobody', [attempt('t', [ask('a')], { retry: RETRY, except: passOn })], [UNRECORDED]],
    ['whose error is swallowed', [attempt('t', [ask('a')], { retry: RETRY, except: { as: 'e', steps: [give('g', null)] } })], [`flow test, main, step a: an error of ${GET_BUILD} would end in t, which neither records it nor says why it goes on`]],
    ['whose error is swallowed before it is recorded', [attempt('o', [attempt('t', [ask('a')], { retry: RETRY, except: { as: 'e', steps: [give('g', null)] } })], { except: recorded })], [`flow test, main, step a: an error of ${GET_BUILD} would end in t, which neither records it nor says why it goes on`]],
    ['recorded as something else', [attempt('t', [ask('a')], { retry: RETRY, except: { as: 'e', steps: [record('RUNNING')] } })], [`flow test, main, step a: an error of ${GET_BUILD} would end in t, which neither records it nor says why it goes on`]],
    ['recorded by another routine', [attempt('t', [ask('a')], { retry: RETRY, except: { as: 'e', steps: [call('told', 'note', { state: 'FAILED' })] } })], [`flow test, main, step a: an error of ${GET_BUILD} would end in t, which neither records it nor says why it goes on`]],
    ['in the except, which its own try does not guard', [attempt('t', [give('g', 1)], { retry: RETRY, except: { as: 'e', steps: [ask('a'), record('FAILED')] } })], [UNTRIED, UNRECORDED]],
    ['in a loop', [loop('l', 'i', { range: [1, 2] }, [ask('a')])], [UNTRIED, UNRECORDED]],
    ['in a group', [group('g', [ask('a')])], [UNTRIED, UNRECORDED]],
    ['in a branch', [choose('c', otherwise({ steps: [ask('a')] }))], [UNTRIED, UNRECORDED]],
    ['of the log', [ask('a', LOG)], [UNTRIED, UNRECORDED].map((text) => text.replace(GET_BUILD, LOG))],
    ['of the ledger that is made once', [ask('a', COMMIT)], [UNTRIED.replace(GET_BUILD, COMMIT)]],
  ])('%s', (_, steps, want) => {
    expect(problems(steps)).toEqual(want);
  }); // prettier-ignore

  test('of a routine, for each place it is called from without a guard, and says so once', () => {
    const guarded = attempt('t', [call('c', 'sub', {})], { retry: RETRY, except: recorded });
    const sub = routine('sub', [], [ask('a')]);
    const want = [UNTRIED, UNRECORDED].map((text) => text.replace('main', 'sub'));
    expect(problems([guarded, call('d', 'sub', {}), call('e', 'sub', {})], [sub])).toEqual(want);
  });
});

interface Layer {
  readonly retry: boolean;
  readonly once: boolean;
  readonly except: 'none' | 'passes on' | 'records' | 'goes on' | 'swallows';
  readonly through: 'try' | 'group' | 'loop' | 'branch' | 'routine';
}

const layer = fc.record<Layer>({
  retry: fc.boolean(),
  once: fc.boolean(),
  except: fc.constantFrom('none', 'passes on', 'records', 'goes on', 'swallows'),
  through: fc.constantFrom('try', 'group', 'loop', 'branch', 'routine'),
});

/** A call within these layers, the first one innermost. */
function nested(layers: readonly Layer[]) {
  const routines: Routine[] = [];
  let step: Step = ask('a');
  for (const [i, { retry, once, except, through }] of layers.entries()) {
    const handler: Readonly<Record<Layer['except'], Except | undefined>> = {
      none: undefined,
      'passes on': { as: 'e', steps: [raise(`up${i}`, expr('e'))] },
      records: { as: 'e', steps: [call(`told${i}`, 'record', { state: 'FAILED' })] },
      'goes on': { as: 'e', steps: [give(`on${i}`, null)], goesOn: 'because' },
      swallows: { as: 'e', steps: [give(`off${i}`, null)] },
    };
    const caught = handler[except];
    const inner = attempt(`try${i}`, [step], {
      ...(retry && { retry: RETRY }),
      ...(once && { once: 'because' }),
      ...(caught && { except: caught }),
    });
    if (through === 'try') step = inner;
    else if (through === 'group') step = group(`g${i}`, [inner]);
    else if (through === 'loop') step = loop(`l${i}`, 'i', { range: [1, 2] }, [inner]);
    else if (through === 'branch') step = choose(`c${i}`, otherwise({ steps: [inner] }));
    else {
      routines.push(routine(`sub${i}`, [], [inner]));
      step = call(`s${i}`, `sub${i}`, {});
    }
  }
  return workflow(routine('main', [], [step]), routines);
}

test('says of any nesting what following an error outwards says', () => {
  fc.assert(
    fc.property(fc.array(layer, { maxLength: 5 }), (layers) => {
      const end = layers.findIndex(({ except }) => !['none', 'passes on'].includes(except));
      const fate = layers[end]?.except;
      const reached = fate === undefined ? layers : layers.slice(0, end + 1);
      const want = [
        ...(reached.some(({ retry, once }) => retry || once) ? [] : ['is not tried again']),
        ...(fate === undefined ? ['never be recorded'] : fate === 'swallows' ? ['neither records it'] : []),
      ];
      const have = checkFailures('test', nested(layers)).map(({ message }) => message);
      expect(have).toEqual(want.map((part) => expect.stringContaining(part) as string));
    }),
    { numRuns: 1000 },
  );
});
