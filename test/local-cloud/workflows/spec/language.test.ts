/** Fact sheet §1, row by row: structure, steps, expressions and scope. */
import { hold, type Row } from '../support/rows.ts';

const returns = (expression: string): string => `- r: {return: '\${${expression}}'}`;
const given = (assign: string, expression: string): string =>
  `- i: {assign: [${assign}]}\n- r: {return: '\${${expression}}'}`;

const STRUCTURE: readonly Row[] = [
  { fact: 'a bare list of steps is a workflow', source: '- a: {return: 1}', result: 1 },
  {
    fact: 'JSON is a workflow too',
    source: '{"main": {"steps": [{"a": {"return": "${1 + 1}"}}]}}',
    result: 2,
  },
  {
    fact: 'main receives the whole argument',
    source: 'main: {params: [x], steps: [{a: {return: "${x}"}}]}',
    argument: { k: [1] },
    result: { k: [1] },
  },
  {
    fact: 'no argument is null',
    source: 'main: {params: [x], steps: [{a: {return: "${x == null}"}}]}',
    result: true,
  },
  { fact: 'no return gives null', source: '- a: {assign: [{x: 1}]}', result: null },
  {
    fact: 'next: end ends the current routine only',
    source:
      'main: {steps: [{a: {call: f, result: r}}, {b: {return: ["${r}"]}}]}\nf: {steps: [{a: {next: end}}, {b: {return: 1}}]}',
    result: [null],
  },
  {
    fact: 'two routines may use the same step names',
    source:
      'main: {steps: [{a: {call: f, result: r}}, {b: {return: "${r}"}}]}\nf: {steps: [{a: {return: 5}}]}',
    result: 5,
  },
  {
    fact: 'a parameter may have a default',
    source: 'main: {steps: [{a: {return: "${f()}"}}]}\nf: {params: [{x: 7}], steps: [{a: {return: "${x}"}}]}',
    result: 7,
  },
];

const STEPS: readonly Row[] = [
  { fact: 'later assignments see earlier ones', source: given('{x: 1}, {y: "${x + 1}"}', 'y'), result: 2 },
  {
    fact: 'targets mix dots, keys and indexes',
    source: given(`{m: {l: [{}]}}, {'m.l[0]["k"]': 3}`, 'm.l[0].k'),
    result: 3,
  },
  {
    fact: 'indexes of targets are expressions',
    source: given(`{i: 0}, {l: [1, 2]}, {'l[i + 1]': 9}`, 'l[1]'),
    result: 9,
  },
  { fact: 'assigning a missing key creates it', source: given('{m: {}}, {m.k: 1}', 'm.k'), result: 1 },
  {
    fact: 'missing maps on the way to a target are created (assumed)',
    source: given('{m: {}}, {m.a.b.c: 1}', 'm'),
    result: { a: { b: { c: 1 } } },
  },
  {
    fact: 'a computed key is created too',
    source: given(`{m: {}}, {k: x}, {'m[k + "3"]': 1}`, 'm'),
    result: { x3: 1 },
  },
  {
    fact: 'a result may go into a map',
    source:
      '- i: {assign: [{m: {}}]}\n- a: {call: sys.get_env, args: [COLOUR], result: "m.c"}\n- r: {return: "${m}"}',
    result: { c: 'green' },
  },
  {
    fact: 'a missing list index is an IndexError',
    source: given(`{l: [1]}, {'l[1]': 2}`, 'l'),
    tag: 'IndexError',
  },
  {
    fact: 'an empty value is null',
    source: '- i:\n    assign:\n    - x:\n- r: {return: "${x}"}',
    result: null,
  },
  {
    fact: 'keys may be expressions at any depth',
    source: `- i: {assign: [{k: b}]}\n- r: {return: {'\${k}': {'\${k + "1"}': "\${k}"}}}`,
    result: { b: { b1: 'b' } },
  },
  { fact: 'keys may be expressions', source: `- r: {return: {'\${"a" + "b"}': 1}}`, result: { ab: 1 } },
  {
    fact: 'values are copied on assignment',
    source: given('{a: {k: 1}}, {b: "${a}"}, {b.k: 2}', 'a.k'),
    result: 1,
  },
  {
    fact: 'switch takes the first true condition',
    source:
      '- s: {switch: [{condition: false, return: 1}, {condition: true, return: 2}, {condition: true, return: 3}]}',
    result: 2,
  },
  {
    fact: 'a switch without a match goes on at its next',
    source: '- s: {switch: [{condition: false, return: 1}], next: c}\n- b: {return: b}\n- c: {return: c}',
    result: 'c',
  },
  {
    fact: 'an arm may assign and jump',
    source:
      '- s: {switch: [{condition: true, assign: [{x: 4}], next: c}]}\n- b: {return: b}\n- c: {return: "${x}"}',
    result: 4,
  },
  {
    fact: 'an arm may call, and jump',
    source:
      '- s: {switch: [{condition: true, call: sys.get_env, args: {name: COLOUR}, result: x, next: c}]}\n- b: {return: b}\n- c: {return: "${x}"}',
    result: 'green',
  },
  {
    fact: 'an arm may raise',
    source:
      '- t: {try: {switch: [{condition: true, raise: x}]}, except: {as: e, steps: [{r: {return: "${e}"}}]}}',
    result: 'x',
  },
  {
    fact: 'an arm may hold a switch, a loop, a try or parallel branches',
    source: `
- i: {assign: [{n: 0}]}
- a: {switch: [{condition: true, switch: [{condition: true, assign: [{n: "\${n + 1}"}]}]}]}
- b: {switch: [{condition: true, for: {value: v, in: [1], steps: [{c: {assign: [{n: "\${n + v}"}]}}]}}]}
- d: {switch: [{condition: true, try: {raise: 'x'}, except: {as: e, steps: [{f: {assign: [{n: "\${n + 1}"}]}}]}}]}
- g: {switch: [{condition: true, parallel: {shared: [n], for: {value: w, in: [1], steps: [{h: {assign: [{n: "\${n + w}"}]}}]}}}]}
- r: {return: "\${n}"}`,
    result: 4,
  },
  {
    fact: 'next may end any step, also a loop or a parallel one',
    source: `
- l: {for: {value: v, in: [1], steps: [{a: {next: break}}]}, next: p}
- x: {return: x}
- p: {parallel: {for: {value: w, in: [1], steps: [{b: {assign: [{y: 1}]}}]}}, next: z}
- y: {return: y}
- z: {return: z}`,
    result: 'z',
  },
  {
    fact: 'a step may be nothing but next',
    source: '- a: {next: c}\n- b: {return: b}\n- c: {return: c}',
    result: 'c',
  },
  {
    fact: 'a jump leads into plain nested steps and switch arms',
    source:
      '- a: {next: d}\n- s: {switch: [{condition: true, steps: [{b: {return: b}}, {d: {next: f}}]}]}\n- e: {steps: [{x: {return: x}}, {f: {return: f}}]}',
    result: 'f',
  },
  {
    fact: 'a condition must be a boolean',
    source: '- s: {switch: [{condition: "${1}", return: 1}]}',
    tag: 'TypeError',
  },
  {
    fact: 'range includes both ends',
    source:
      '- i: {assign: [{n: 0}]}\n- l: {for: {value: v, range: [1, 3], steps: [{a: {assign: [{n: "${n + v}"}]}}]}}\n- r: {return: "${n}"}',
    result: 6,
  },
  {
    fact: 'a range that ends before it begins runs never',
    source:
      '- i: {assign: [{n: 0}]}\n- l: {for: {value: v, range: [3, 1], steps: [{a: {assign: [{n: 1}]}}]}}\n- r: {return: "${n}"}',
    result: 0,
  },
  {
    fact: 'ranges may be negative, and go on by one from where they begin',
    source: `
- i: {assign: [{l: []}]}
- a: {for: {value: v, range: [-2, 0], steps: [{b: {assign: [{l: "\${list.concat(l, v)}"}]}}]}}
- c: {for: {value: w, range: [0.5, 2], steps: [{d: {assign: [{l: "\${list.concat(l, w)}"}]}}]}}
- r: {return: "\${l}"}`,
    result: [-2, -1, 0, 0.5, 1.5],
  },
  {
    fact: 'a list that changes while a loop goes over it changes nothing for the loop',
    source: `
- i: {assign: [{l: [1, 2]}]}
- a: {for: {value: v, in: "\${l}", steps: [{b: {assign: [{l: "\${list.concat(l, v)}"}]}}]}}
- r: {return: "\${l}"}`,
    result: [1, 2, 1, 2],
  },
  {
    fact: 'ranges of doubles are not rounded',
    source:
      '- i: {assign: [{n: 0}]}\n- l: {for: {value: v, range: [-1.1, -1], steps: [{a: {assign: [{n: "${n + v}"}]}}]}}\n- r: {return: "${n}"}',
    result: -1.1,
  },
  {
    fact: 'a range may be one expression',
    source:
      '- i: {assign: [{n: 0}, {b: 2}]}\n- l: {for: {value: v, range: "${[1, b]}", steps: [{a: {assign: [{n: "${n + v}"}]}}]}}\n- r: {return: "${n}"}',
    result: 3,
  },
  {
    fact: 'index counts from 0',
    source:
      '- i: {assign: [{n: []}]}\n- l: {for: {value: v, index: i, in: [a, b], steps: [{a: {assign: [{n: "${list.concat(n, i)}"}]}}]}}\n- r: {return: "${n}"}',
    result: [0, 1],
  },
  {
    fact: 'a map cannot be iterated',
    source: '- l: {for: {value: v, in: "${{}}", steps: [{a: {next: continue}}]}}',
    tag: 'TypeError',
  },
  {
    fact: 'a raised string is caught as that string',
    source: '- t: {try: {raise: text}, except: {as: e, steps: [{r: {return: "${e}"}}]}}',
    result: 'text',
  },
  {
    fact: 'a raised map is caught as that map',
    source: '- t: {try: {raise: {a: 1}}, except: {as: e, steps: [{r: {return: "${e}"}}]}}',
    result: { a: 1 },
  },
  {
    fact: 'raise ${e} raises it again',
    source:
      '- t: {try: {steps: [{u: {try: {raise: x}, except: {as: e, steps: [{v: {raise: "${e}"}}]}}}]}, except: {as: f, steps: [{r: {return: "${f}"}}]}}',
    result: 'x',
  },
  {
    fact: 'positional null skips an argument',
    source:
      'main: {steps: [{a: {call: sys.get_env, args: [NOPE, "${null}"], result: r}}, {b: {return: "${r}"}}]}',
    result: null,
  },
  {
    fact: 'named and positional arguments, defaults, and calls in expressions',
    source: `
main:
  steps:
  - a: {call: f, args: {b: 2, a: 1}, result: x}
  - b: {call: f, args: [3], result: y}
  - r: {return: ["\${x}", "\${y}", "\${f(5, 6)}"]}
f: {params: [a, b: 9], steps: [{r: {return: "\${a * 10 + b}"}}]}`,
    result: [12, 39, 56],
  },
  {
    fact: 'a subworkflow sees nothing of its caller',
    source:
      'main: {steps: [{a: {assign: [{x: 1}]}}, {b: {return: "${f()}"}}]}\nf: {steps: [{a: {switch: [{condition: false, assign: [{x: 1}]}]}}, {r: {return: "${x}"}}]}',
    tag: 'KeyError',
  },
  {
    fact: 'pure functions can be called in a step',
    source: '- a: {call: text.to_upper, args: {source: abc}, result: r}\n- b: {return: "${r}"}',
    result: 'ABC',
  },
];

const EXPRESSIONS: readonly Row[] = [
  {
    fact: 'an expression that only begins a text is text',
    source: '- r: {return: "${1}/b"}',
    result: '${1}/b',
  },
  { fact: '${ in the middle of a string is text', source: '- r: {return: "a ${1} b"}', result: 'a ${1} b' },
  { fact: 'strings may stand in single quotes', source: "- r: {return: \"${'x' in ['x']}\"}", result: true },
  ...['true', 'True', 'TRUE'].map((word) => ({
    fact: `${word} is a boolean`,
    source: returns(word),
    result: true,
  })),
  { fact: 'operators may be all upper case', source: returns('true AND NOT false OR false'), result: true },
  { fact: 'not binds tighter than in', source: returns('not "k" in {"k": 1}'), tag: 'TypeError' },
  { fact: 'not( … ) is the official style', source: returns('not("k" in {"k": 1})'), result: false },
  { fact: 'not binds tighter than ==', source: returns('not true == false'), result: true },
  { fact: 'unary minus binds tighter than *', source: returns('-2 * 3'), result: -6 },
  { fact: '* before +', source: returns('1 + 2 * 3'), result: 7 },
  { fact: 'comparisons share one level, from the left', source: returns('1 < 2 == true'), result: true },
  { fact: '/ is float division', source: returns('7 / 2'), result: 3.5 },
  { fact: '// is floor division', source: returns('-7 // 2'), result: -4 },
  { fact: 'division by zero', source: returns('1 / 0'), tag: 'ZeroDivisionError' },
  { fact: 'modulo by zero', source: returns('1 % 0'), tag: 'ZeroDivisionError' },
  { fact: '+ joins a string and an integer', source: returns('"a" + 1'), result: 'a1' },
  { fact: '+ joins a boolean and a string', source: returns('true + "a"'), result: 'truea' },
  { fact: '+ refuses two booleans', source: returns('true + true'), tag: 'TypeError' },
  { fact: '+ refuses null', source: returns('null + 1'), tag: 'TypeError' },
  { fact: 'integers and doubles compare as numbers', source: returns('1 == 1.0'), result: true },
  { fact: '== across types is false', source: returns('1 == "1"'), result: false },
  {
    fact: 'lists and maps are equal by content',
    source: returns('[{"a": [1]}] == [{"a": [1.0]}]'),
    result: true,
  },
  { fact: 'no order across types', source: returns('1 < "2"'), tag: 'TypeError' },
  { fact: 'in searches the elements of a list', source: returns('2 in [1, 2]'), result: true },
  { fact: 'in on a string is a TypeError', source: returns('"a" in "abc"'), tag: 'TypeError' },
  { fact: 'a missing key is a KeyError by dot', source: returns('{}.k'), tag: 'KeyError' },
  { fact: 'a missing key is a KeyError by bracket', source: returns('{}["k"]'), tag: 'KeyError' },
  { fact: 'a negative index is an IndexError', source: returns('[1][-1]'), tag: 'IndexError' },
  { fact: 'an index into null is a TypeError', source: returns('null.k'), tag: 'TypeError' },
  {
    fact: 'keys written as numbers are strings',
    source: '- i: {assign: [{m: {1: 10, 2: 20}}]}\n- r: {return: ["${keys(m)}", "${m[1]}"]}',
    result: [['1', '2'], 10],
  },
  { fact: 'and evaluates both sides (assumed)', source: returns('false and null'), tag: 'TypeError' },
  { fact: 'if() evaluates both sides', source: returns('if(true, 1, {}.k)'), tag: 'KeyError' },
  { fact: 'default() does not catch a KeyError', source: returns('default({}.k, 1)'), tag: 'KeyError' },
  { fact: 'list.concat nests a list', source: returns('list.concat([1], [2])'), result: [1, [2]] },
  {
    fact: 'an integral double prints without a fraction (assumed)',
    source: returns('string(10 / 2)'),
    result: '5',
  },
  { fact: 'yes is a string (assumed)', source: '- r: {return: yes}', result: 'yes' },
];

const SCOPE: readonly Row[] = [
  {
    fact: 'steps, switch arms and try bodies are no scopes',
    source:
      '- a: {steps: [{b: {assign: [{x: 1}]}}]}\n- c: {switch: [{condition: true, steps: [{d: {assign: [{y: 2}]}}]}]}\n- t: {try: {steps: [{e: {assign: [{z: 3}]}}]}, retry: "${http.default_retry}"}\n- r: {return: "${x + y + z}"}',
    result: 6,
  },
  {
    fact: 'a loop body updates outer variables',
    source:
      '- i: {assign: [{n: 0}]}\n- l: {for: {value: v, in: [5], steps: [{a: {assign: [{n: "${v}"}]}}]}}\n- r: {return: "${n}"}',
    result: 5,
  },
  { fact: 'a variable may hide a library module', source: given('{map: {get: 1}}', 'map.get'), result: 1 },
  {
    fact: 'a variable not assigned on the path taken is a KeyError (assumed)',
    source: '- s: {switch: [{condition: false, assign: [{x: 1}]}]}\n- r: {return: "${x}"}',
    tag: 'KeyError',
  },
];

hold([
  ['file structure (1.1)', STRUCTURE],
  ['steps (1.2)', STEPS],
  ['expressions (1.3)', EXPRESSIONS],
  ['scope (1.4)', SCOPE],
]);
