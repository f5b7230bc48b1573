/** Every refusal of the checker, by the smallest definition that earns it. */
import { describe, expect, test } from 'vitest';
import { check, checkArgument, checkName, checkSource, problemText } from '../../workflow-defs/check.ts';
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
  type Expression,
  type Routine,
  type Step,
  type Value,
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

  test('50 assignments, 50 conditions and 10 parameters', () => {
    const names = Array.from({ length: 50 }, (_, i) => `v${i}`);
    const steps = [
      assign('a', Object.fromEntries(names.map((name) => [name, 1]))),
      choose('c', ...names.map((name) => when(expr(`${name} == 2`), { next: 'end' }))),
    ];
    expect(messages(steps, [routine('sub', names.slice(0, 10), [log('b')])])).toEqual([]);
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

  test.each<[string, (mistake: Value) => Step]>([
    ['a value assigned', (bad) => assign('a', { x: bad })],
    ['a value deep inside', (bad) => assign('a', { x: [1, { y: [bad] }] })],
    ['an argument', (bad) => call('a', LOG, { text: bad })],
    ['a condition', (bad) => choose('a', when(bad as Expression, { next: 'end' }))],
    ['what an arm returns', (bad) => choose('a', otherwise({ return: bad }))],
    ['what an arm raises', (bad) => choose('a', otherwise({ raise: bad }))],
    ['a step of an arm', (bad) => choose('c', otherwise({ steps: [give('a', bad)] }))],
    ['what a loop goes over', (bad) => loop('a', 'i', { in: bad }, [log('b')])],
    ['a step of a loop', (bad) => loop('l', 'i', { range: [1, 2] }, [give('a', bad)])],
    ['a step of a try', (bad) => attempt('t', [give('a', bad)], {})],
    ['a step of an except', (bad) => attempt('t', [log('b')], { except: { as: 'e', steps: [give('a', bad)] } })],
    ['a step of a group', (bad) => group('g', [give('a', bad)])],
    ['what is raised', (bad) => raise('a', bad)],
    ['what is returned', (bad) => give('a', bad)],
  ])('a mistake in %s', (_, step) => {
    expect(messages([step(expr('nobody'))])).toEqual(['a: nothing assigns "nobody" where nobody can see it']);
    if (step(expr('args')).kind !== 'switch') {
      expect(messages([step('x ${1} y')])).toEqual(['a: the literal "x ${1} y" would be evaluated']);
    }
    expect(messages([step(expr('args'))])).toEqual([]);
  }); // prettier-ignore

  test.each<[string, Step]>([
    ['a loop', loop('a', 'x-y', { range: [1, 2] }, [log('b')])],
    ['an except', attempt('a', [log('b')], { except: { as: 'x-y', steps: [log('c')] } })],
    ['an assignment', assign('a', { 'x-y': 1 })],
    ['a call', call('a', SLEEP, { seconds: 1 }, 'x-y')],
  ])('a variable of %s that cannot be one', (_, step) => {
    expect(messages([step])).toEqual(['a: "x-y" cannot name a variable']);
  });

  test.each<[string, Step, string]>([
    ['the end of a range', loop('a', 'i', { range: [0, 2 ** 53] }, [log('b')]), `a: the number ${2 ** 53} cannot be written exactly`],
    ['a jump of an arm', choose('a', otherwise({ next: 'b' })), 'a: there is no way from here to "b"'],
    ['an arm without steps', choose('a', otherwise({ steps: [] })), 'a: has no steps'],
    ['a loop without steps', loop('a', 'i', { range: [1, 2] }, []), 'a: has no steps'],
    ['a try without steps', attempt('a', [], {}), 'a: has no steps'],
    ['an except without steps', attempt('a', [log('b')], { except: { as: 'e', steps: [] } }), 'a: has no steps'],
    ['a key that would be evaluated', give('a', { '${x}': 1 }), 'a: the literal "${x}" would be evaluated'],
    ['continue outside a loop', goTo('a', 'continue'), 'a: there is no way from here to "continue"'],
    ['a jump into an except', group('g', [attempt('t', [log('b')], { except: { as: 'e', steps: [log('c')] } }), goTo('a', 'c')]), 'a: there is no way from here to "c"'],
    ['a jump out of an except', group('g', [log('b'), attempt('t', [log('c')], { except: { as: 'e', steps: [goTo('a', 'b')] } })]), 'a: there is no way from here to "b"'],
    ['no condition at all', choose('a'), 'a: 0 conditions; the service takes 1 to 50'],
    ...[2 ** 53, -(2 ** 53), 1e300, Infinity, -Infinity, NaN].map((n): [string, Step, string] => [`the number ${n}`, give('a', n), `a: the number ${n} cannot be written exactly`]),
  ])('%s', (_, step, message) => {
    expect(messages([step])).toEqual([message]);
  }); // prettier-ignore

  test('nothing of a number that can be written exactly', () => {
    const numbers = [0, -1, 2 ** 53 - 1, -(2 ** 53) + 1, 0.5, -1e-300, 1.25e10 + 0.5];
    expect(messages([give('a', numbers)])).toEqual([]);
  });

  test('a predicate of two parameters, and of none', () => {
    const retried = [attempt('t', [log('a')], { retry: RETRY })];
    const of = (params: readonly string[]) => [routine('again', params, [give('never', false)])];
    const refusal = 't: the predicate again is not a subworkflow of one parameter';
    expect(messages(retried, of(['e', 'f']))).toEqual([refusal]);
    expect(messages(retried, of([]))).toEqual([refusal]);
    expect(messages(retried, of(['e']))).toEqual([]);
  });

  test('a first routine that is not main, or takes more than the argument', () => {
    const of = (name: string, params: readonly string[]) =>
      check('test', workflow(routine(name, params, [log('a')]), [])).map(problemText);
    expect(of('other', [])).toEqual(['flow test, main: the first routine must be called main, not other']);
    expect(of('main', ['a', 'b'])).toEqual(['flow test, main: main takes one parameter, the whole argument']);
    expect([...of('main', ['a']), ...of('main', [])]).toEqual([]);
  });

  test('parameters that cannot be named so, or whose default is a mistake', () => {
    const sub = (name: string, value: Value) => [routine('sub', [{ name, default: value }], [log('a')])];
    expect(messages([log('b')], sub('x-y', 1))).toEqual(['-: "x-y" cannot name a variable']);
    expect(messages([log('b')], sub('p', expr('nobody')))).toEqual(['-: nothing assigns "nobody" where nobody can see it']);
    expect(messages([log('b')], sub('p', null))).toEqual([]);
  }); // prettier-ignore

  test('a name that no workflow may have', () => {
    const refused = (name: string) => checkName('test', name).length > 0;
    expect(['', '1a', '-a', 'a-', 'a_', 'a b', 'a.b', 'ä', `a${'b'.repeat(64)}`].filter((n) => !refused(n))).toEqual([]);
    expect(['a', 'a1', 'A-b_9', `a${'b'.repeat(63)}`].filter(refused)).toEqual([]);
    expect(checkName('test', 'a-').map(problemText)).toEqual([
      'flow test, main: "a-" cannot name a workflow: letters, digits, "-" and "_", a letter first, a letter or digit last, at most 64 characters',
    ]);
  }); // prettier-ignore

  test.each<[string, (next: string) => Step]>([
    ['calls', (next) => call('c', next, {})],
    ['calls in a loop', (next) => loop('l', 'i', { range: [1, 2] }, [call('c', next, {})])],
    ['calls in a try', (next) => attempt('t', [call('c', next, {})], {})],
    ['calls in an except', (next) => attempt('t', [log('b')], { except: { as: 'e', steps: [call('c', next, {})] } })],
    ['calls in a branch', (next) => choose('s', otherwise({ steps: [call('c', next, {})] }))],
    ['calls in a group', (next) => group('g', [call('c', next, {})])],
  ])('%s that nest more than 20 deep, and takes 20', (_, to) => {
    const chain = (length: number) =>
      Array.from({ length }, (_each, i) => routine(`r${i}`, [], [i + 1 < length ? to(`r${i + 1}`) : log('a')]));
    expect(messages([to('r0')], chain(19))).toEqual([]);
    expect(messages([to('r0')], chain(20))).toEqual(['-: calls nest 21 deep; the service allows 20']);
  }); // prettier-ignore

  test('predicates that nest more than 20 deep', () => {
    const chain = Array.from({ length: 20 }, (_, i) =>
      routine(`r${i}`, ['e'], [i < 19 ? attempt('t', [log('a')], { retry: { ...RETRY, predicate: expr(`r${i + 1}`) } }) : give('g', true)]),
    );
    const first = attempt('t', [log('a')], { retry: { ...RETRY, predicate: expr('r0') } });
    expect(messages([first], chain)).toEqual(['-: calls nest 21 deep; the service allows 20']);
    expect(messages([first], chain.toSpliced(18, 1, routine('r18', ['e'], [give('g', true)])))).toEqual([]);
  }); // prettier-ignore

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
