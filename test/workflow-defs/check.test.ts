/** Every refusal of the checker, by the smallest definition that earns it. */
import { describe, expect, test } from 'vitest';
import { check, checkArgument, checkSource, problemText } from '../../workflow-defs/check.ts';
import { GET_BUILD, LOG, SLEEP } from '../../workflow-defs/functions.ts';
import { MAX_ARGUMENT_BYTES, MAX_SOURCE_BYTES } from '../../workflow-defs/limits.ts';
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
  type Routine,
  type Step,
  type ValueMap,
} from '../../workflow-defs/tree.ts';
import { argument } from './told.ts';

const messages = (steps: readonly Step[], subworkflows: readonly Routine[] = []) =>
  check('test', workflow(routine('main', ['args'], steps), subworkflows)).map(
    ({ step, message }) => `${step ?? '-'}: ${message}`,
  );

const RETRY = {
  predicate: expr('again'),
  maxRetries: 1,
  backoff: { initialDelay: 1, maxDelay: 1, multiplier: 1 },
};
const again = routine('again', ['e'], [give('never', false)]);
const log = (name: string) => call(name, LOG, { text: 'x' });

const get = (params: ValueMap) =>
  call('a', GET_BUILD, { name: 'n', projectId: 'p', id: 'i', connector_params: params });

describe('takes', () => {
  test('a connector that may take half an hour, and one that may take a moment', () => {
    expect([...messages([get({ timeout: 1800 })]), ...messages([get({ timeout: 0.1 })])]).toEqual([]);
  });

  test('every kind of step', () => {
    const steps = [
      assign('a', { x: [1, { y: expr('args.z["k"][0]') }], z: expr('default(x, "a.b(c)") + string(1)') }),
      call('s', 'sub', { p: expr('x') }, 'r'),
      loop('l', 'i', { in: expr('r') }, [
        assign('inner', { own: expr('i') }),
        choose('c', when(expr('own == 1'), { next: 'continue' }), otherwise({ next: 'break' })),
      ]),
      loop('range', 'i', { range: [1, 3] }, [log('in_range')]),
      attempt('t', [group('g', [log('in_group')])], {
        retry: RETRY,
        except: { as: 'e', steps: [raise('up', expr('e'))] },
      }),
      choose('jump', when(expr('x == null'), { next: 'a' }), when(expr('not (x in z)'), { return: 1 })),
      goTo('fin', 'end'),
    ];
    expect(
      messages(steps, [again, routine('sub', ['p', { name: 'q', default: 1 }], [give('g', expr('p + q'))])]),
    ).toEqual([]);
  });
});

describe('refuses', () => {
  test.each<[string, readonly Step[], string]>([
    ['two steps of one name', [log('a'), log('a')], 'a: another step of the routine has the same name'],
    ['the same name in a nested list', [log('a'), group('g', [log('a')])], 'a: another step of the routine has the same name'],
    ['a name that is a jump', [log('end')], 'end: this cannot name a step'],
    ['a name with a dash', [log('a-b')], 'a-b: this cannot name a step'],
    ['a variable with a dot', [assign('a', { 'x.y': 1 })], 'a: "x.y" cannot name a variable'],
    ['a result with a dash', [call('a', LOG, { text: 'x' }, 'r-s')], 'a: "r-s" cannot name a variable'],
    ['an undefined variable', [give('a', expr('nobody.x'))], 'a: nothing assigns "nobody" where nobody.x can see it'],
    ['a variable of a loop after it', [loop('l', 'i', { range: [1, 2] }, [assign('a', { own: 1 })]), give('r', expr('own'))], 'r: nothing assigns "own" where own can see it'],
    ['the variable of a loop after it', [loop('l', 'i', { range: [1, 2] }, [log('a')]), give('r', expr('i'))], 'r: nothing assigns "i" where i can see it'],
    ['an error outside its except', [attempt('t', [log('a')], { except: { as: 'e', steps: [log('b')] } }), give('r', expr('e'))], 'r: nothing assigns "e" where e can see it'],
    ['a jump to nowhere', [goTo('a', 'b')], 'a: there is no way from here to "b"'],
    ['a jump out of a loop', [log('out'), loop('l', 'i', { range: [1, 2] }, [goTo('a', 'out')])], 'a: there is no way from here to "out"'],
    ['a jump into a loop', [loop('l', 'i', { range: [1, 2] }, [log('a')]), goTo('b', 'a')], 'b: there is no way from here to "a"'],
    ['break outside a loop', [goTo('a', 'break')], 'a: there is no way from here to "break"'],
    ['an unknown function', [call('a', 'http.get', { url: 'x' })], 'a: http.get is nothing that may be called'],
    ['main called from within', [call('a', 'main', {})], 'a: main is nothing that may be called'],
    ['a missing argument', [call('a', SLEEP, {})], 'a: sys.sleep needs the argument seconds'],
    ['an argument too many', [call('a', SLEEP, { seconds: 1, minutes: 1 })], 'a: sys.sleep has no argument minutes'],
    ['a connector without a time-out', [call('a', GET_BUILD, { name: 'n', projectId: 'p', id: 'i' })], `a: ${GET_BUILD} has no connector_params.timeout in seconds`],
    ['a connector without a time-out', [call('a', GET_BUILD, { name: 'n', projectId: 'p', id: 'i' })], `a: ${GET_BUILD} needs the argument connector_params`],
    ['a connector with other parameters only', [get({ skip_polling: true })], `a: ${GET_BUILD} has no connector_params.timeout in seconds`],
    ['a time-out that is worked out while it runs', [get({ timeout: expr('args.timeout') })], `a: ${GET_BUILD} has no connector_params.timeout in seconds`],
    ['a time-out of nothing', [get({ timeout: 0 })], `a: ${GET_BUILD} may take 0 s; the service takes more than 0 and at most 1800`],
    ['a time-out above half an hour', [get({ timeout: 1801 })], `a: ${GET_BUILD} may take 1801 s; the service takes more than 0 and at most 1800`],
    ['a blocking call in an expression', [give('a', expr('sys.sleep(1)'))], 'a: sys.sleep may not be called in an expression'],
    ['an unreadable expression', [give('a', expr('1 ? 2'))], 'a: the expression 1 ? 2 cannot be read at column 2'],
    ['an empty expression', [give('a', expr(' '))], 'a: the expression   is empty'],
    ['a bracket never closed', [give('a', expr('(1'))], 'a: the expression (1 has a ( that is never closed'],
    ['a bracket closed wrongly', [give('a', expr('[1)'))], 'a: the expression [1) has a ) that closes nothing'],
    ['a line break in an expression', [give('a', expr('"a\nb"'))], 'a: the expression "a\nb" cannot be read at column 1'],
    ['a predicate that is no subworkflow', [attempt('t', [log('a')], { retry: RETRY })], 't: the predicate again is not a subworkflow of one parameter'],
    ['an empty list of steps', [group('g', [])], 'g: has no steps'],
    ['an empty assign', [assign('a', {})], 'a: 0 assignments; the service takes 1 to 50'],
    ['51 assignments', [assign('a', Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`v${i}`, i])))], 'a: 51 assignments; the service takes 1 to 50'],
    ['51 conditions', [choose('a', ...Array.from({ length: 51 }, () => otherwise({ return: 1 })))], 'a: 51 conditions; the service takes 1 to 50'],
  ])('%s', (_, steps, message) => {
    expect(messages(steps)).toContain(message);
  }); // prettier-ignore

  test('an expression of more than 400 characters, and takes one of 400', () => {
    const of = (length: number) => expr(`"${'x'.repeat(length - '${""}'.length)}"`);
    expect(messages([give('a', of(400))])).toEqual([]);
    expect(messages([give('a', of(401))])).toEqual([
      'a: an expression of 401 characters; the service takes 400',
    ]);
  });

  test('a source above 128 KB, counted in bytes, and takes one of exactly that', () => {
    expect(checkSource('test', 'é'.repeat(MAX_SOURCE_BYTES / 2))).toEqual([]);
    expect(checkSource('test', `${'é'.repeat(MAX_SOURCE_BYTES / 2)}x`)).toHaveLength(1);
  });

  test('an argument above 32 KB, counted in bytes, and takes one of exactly that', () => {
    const bare = argument('provision', { requester: '' });
    const rest = MAX_ARGUMENT_BYTES - JSON.stringify(bare).length;
    const of = (length: number) => ({ ...bare, requester: 'é'.repeat(100) + 'x'.repeat(length - 200) });
    expect(checkArgument(of(rest))).toEqual([]);
    expect(checkArgument(of(rest + 1)).map(problemText)).toEqual([
      'flow provision, main: the argument has 32769 bytes; the service takes 32768',
    ]);
  });

  test('routines with one name, with too many parameters, with a bad name', () => {
    const eleven = routine(
      'eleven',
      Array.from({ length: 11 }, (_, i) => `p${i}`),
      [log('a')],
    );
    expect(messages([log('a')], [again, again, eleven, routine('a-b', ['p', 'p'], [log('a')])])).toEqual([
      '-: 11 parameters, more than 10',
      '-: "a-b" cannot name a routine',
      '-: two parameters have the same name',
      '-: two routines have the same name',
    ]);
  });

  test('a subworkflow that calls itself, in whatever way', () => {
    const self = routine(
      'self',
      [],
      [attempt('t', [log('x')], { except: { as: 'e', steps: [call('a', 'self', {})] } })],
    );
    expect(messages([call('a', 'self', {})], [self])).toEqual([
      expect.stringContaining('calls nest Infinity deep'),
    ]);
  });

  test('wrong arguments of a subworkflow', () => {
    const sub = routine('sub', ['p', { name: 'q', default: null }], [log('a')]);
    expect(messages([call('a', 'sub', { r: 1 })], [sub])).toEqual([
      'a: sub needs the argument p',
      'a: sub has no argument r',
    ]);
  });

  test('all of it at once, each with flow, routine and step', () => {
    const problems = check('rebuild', workflow(routine('main', [], [goTo('a', 'b'), goTo('c', 'd')]), []));
    expect(problems.map(problemText)).toEqual([
      'flow rebuild, main, step a: there is no way from here to "b"',
      'flow rebuild, main, step c: there is no way from here to "d"',
    ]);
  });
});
