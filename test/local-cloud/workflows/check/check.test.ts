import { describe, expect, it } from 'vitest';
import { problemsOf } from '../support/host.ts';

/** A routine with these steps, in flow style. */
const main = (...steps: string[]): string =>
  `main:\n  steps:\n${steps.map((step) => `  - ${step}\n`).join('')}`;
const list = (count: number, item: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => item(i)).join(', ');

const REFUSED: readonly (readonly [name: string, source: string, want: string])[] = [
  [
    'an undefined symbol in a return value',
    main('step2: {return: "${varC}"}'),
    "error in step step2: error evaluating return value: symbol 'varC' is neither a variable nor a sub-workflow name",
  ],
  [
    'a loop variable used after its loop',
    main('l: {for: {value: v, in: [1], steps: [{a: {assign: [{b: 1}]}}]}}', 'r: {return: "${v}"}'),
    "error in step r: error evaluating return value: symbol 'v' is neither a variable nor a sub-workflow name",
  ],
  [
    'a variable born in a loop used after it',
    main('l: {for: {value: v, in: [1], steps: [{a: {assign: [{b: 1}]}}]}}', 'r: {return: "${b}"}'),
    "symbol 'b' is neither",
  ],
  [
    'the caught error used outside except',
    main(
      't: {try: {call: sys.now}, except: {as: e, steps: [{a: {assign: [{x: 1}]}}]}}',
      'r: {return: "${e}"}',
    ),
    "symbol 'e' is neither",
  ],
  [
    'an unknown function',
    main('a: {call: no.such}'),
    "error in step a: 'no.such' is neither a function nor a sub-workflow",
  ],
  ['an unknown function in an expression', main('a: {return: "${trim(1)}"}'), "symbol 'trim' is neither"],
  [
    'an unknown argument',
    main('a: {call: http.get, args: {url: x, bdy: 1}}'),
    "unknown argument 'bdy' of 'http.get'",
  ],
  ['a missing argument', main('a: {call: http.get}'), "missing argument 'url' of 'http.get'"],
  [
    'too many positional arguments',
    main('a: {return: "${len(1, 2)}"}'),
    "'len' takes at most 1 arguments; got: 2",
  ],
  [
    'a missing positional argument',
    main('a: {return: "${text.split(1)}"}'),
    "missing argument 'separator' of 'text.split'",
  ],
  [
    'an unknown argument of a subworkflow',
    `${main('a: {call: sub, args: {p: 1, q: 2}}')}sub: {params: [p], steps: [{b: {return: 1}}]}`,
    "unknown argument 'q' of 'sub'; known: p",
  ],
  [
    'a missing argument of a subworkflow',
    `${main('a: {return: "${sub()}"}')}sub: {params: [p], steps: [{b: {return: 1}}]}`,
    "missing argument 'p' of 'sub'",
  ],
  [
    'an unknown argument of a connector',
    main(
      'a: {call: googleapis.spanner.v1.projects.instances.databases.sessions.create, args: {database: d, bodyy: 1}}',
    ),
    "unknown argument 'bodyy'",
  ],
  [
    'a function that waits inside an expression',
    main('a: {return: "${http.get(1)}"}'),
    "function 'http.get' waits",
  ],
  [
    'a connector inside an expression',
    main('a: {return: "${googleapis.x.v1.y.get(1)}"}'),
    "function 'googleapis.x.v1.y.get' waits",
  ],
  ['a jump to nowhere', main('a: {next: b}'), "error in step a: jump to step 'b', which does not exist"],
  [
    'a jump out of a loop',
    main('l: {for: {value: v, in: [1], steps: [{a: {next: z}}]}}', 'z: {return: 1}'),
    "error in step a: jump to step 'z' crosses the border",
  ],
  [
    'a jump into a loop',
    main('l: {for: {value: v, in: [1], steps: [{a: {assign: [{x: 1}]}}]}}', 'z: {next: a}'),
    "jump to step 'a' crosses the border",
  ],
  ['break outside a loop', main('a: {next: break}'), "'next: break' can only be used inside a for loop"],
  [
    'continue outside a loop',
    main('a: {next: continue}'),
    "'next: continue' can only be used inside a for loop",
  ],
  [
    'break in a parallel loop',
    main('p: {parallel: {for: {value: v, in: [1], steps: [{a: {next: break}}]}}}'),
    "'next: break' cannot be used in a parallel loop",
  ],
  [
    'a duplicate step name',
    main('a: {next: end}', 'a: {return: 1}'),
    "error in step a: duplicate step name 'a'",
  ],
  [
    'a duplicate step name in a nested block',
    main('a: {steps: [{b: {next: end}}]}', 'b: {return: 1}'),
    "duplicate step name 'b'",
  ],
  [
    'an unknown key',
    main('a: {assign: [{x: 1}], nxt: b}'),
    "error in step a: unknown key 'nxt' in a step with 'assign'",
  ],
  ['next beside return', main('a: {return: 1, next: end}'), "unknown key 'next' in a step with 'return'"],
  [
    'an unknown key of for',
    main('a: {for: {value: v, inn: [], steps: [{b: {next: end}}]}}'),
    "unknown key 'inn' in for",
  ],
  [
    'two kinds in one step',
    main('a: {assign: [{x: 1}], call: sys.now}'),
    'a step cannot have both assign and call',
  ],
  ['a step that is nothing', main('a: {}'), 'a step needs one of'],
  ['a step without a body', main('a:'), 'a step must be a map'],
  [
    'for with neither in nor range',
    main('a: {for: {value: v, steps: [{b: {next: end}}]}}'),
    'for needs one of: in, range',
  ],
  [
    'for with both',
    main('a: {for: {value: v, in: [], range: [1, 2], steps: [{b: {next: end}}]}}'),
    'both in and range',
  ],
  [
    'index with range',
    main('a: {for: {value: v, index: i, range: [1, 2], steps: [{b: {next: end}}]}}'),
    'index can only',
  ],
  [
    'for directly under try',
    main('a: {try: {for: {value: v, in: [], steps: [{b: {next: end}}]}}, retry: "${http.default_retry}"}'),
    'loop step name should not be empty',
  ],
  ['try alone', main('a: {try: {call: sys.now}}'), 'try needs retry, except or both'],
  ['parallel with neither', main('a: {parallel: {shared: []}}'), 'exactly one of: branches, for'],
  [
    'another exception policy',
    main('a: {parallel: {exception_policy: stop, for: {value: v, in: [1], steps: [{b: {next: continue}}]}}}'),
    "'continueAll'",
  ],
  [
    'one branch',
    main('a: {parallel: {branches: [{b: {steps: [{c: {assign: [{x: 1}]}}]}}]}}'),
    'parallel has 1 branches; there must be 2 to 10',
  ],
  [
    'eleven branches',
    main(
      `a: {parallel: {branches: [${list(11, (i) => `{b${i}: {steps: [{c${i}: {assign: [{x: 1}]}}]}}`)}]}}`,
    ),
    'parallel has 11 branches',
  ],
  [
    'a write to a variable that is not shared',
    main(
      's: {assign: [{x: 1}]}',
      'p: {parallel: {for: {value: v, in: [1], steps: [{a: {assign: [{x: 2}]}}]}}}',
    ),
    "error in step a: variable 'x' is assigned in a parallel branch but not listed in 'shared'",
  ],
  [
    'sharing what does not exist',
    main('p: {parallel: {shared: [q], for: {value: v, in: [1], steps: [{a: {call: sys.now}}]}}}'),
    "shared variable 'q' does not exist",
  ],
  [
    'return in a branch',
    main('p: {parallel: {for: {value: v, in: [1], steps: [{a: {return: 1}}]}}}'),
    'error in step a: return cannot be used in a parallel branch',
  ],
  [
    'fifty-one assignments',
    main(`a: {assign: [${list(51, (i) => `{x${i}: 1}`)}]}`),
    'assign has 51 assignments; there must be 1 to 50',
  ],
  [
    'fifty-one conditions',
    main(`a: {switch: [${list(51, () => '{condition: true, next: end}')}]}`),
    'switch has 51 conditions',
  ],
  ['a long expression', main(`a: {return: '\${"${'x'.repeat(400)}"}'}`), 'the maximum is 400'],
  [
    'a source that is too large',
    `# ${'x'.repeat(128 * 1024)}\n${main('a: {return: 1}')}`,
    'the maximum is 131072',
  ],
  ['a missing main', 'sub: {steps: [{a: {return: 1}}]}', "workflow 'main' is missing"],
  [
    'two parameters of main',
    'main: {params: [a, b], steps: [{a: {return: 1}}]}',
    'has 2 parameters, the maximum is 1',
  ],
  [
    'an unknown key of a routine',
    'main: {step: [], steps: [{a: {return: 1}}]}',
    "unknown key 'step' in workflow 'main'",
  ],
  ['no steps', 'main: {params: [a]}', "workflow 'main' has no steps"],
  [
    'a bad variable name',
    main('a: {for: {value: 1v, in: [], steps: [{b: {next: continue}}]}}'),
    'must start with a letter',
  ],
  ['curly quotes', main("a: {return: '${“x”}'}"), 'error in step a: parse error: in '],
  ['broken YAML', 'main:\n  steps:\n  - a: {return: "x}\n', 'main.yaml:'],
];

describe('what cannot be deployed', () => {
  it.each(REFUSED)('refuses %s', (_name, source, want) => {
    expect(problemsOf(source).join('\n')).toContain(want);
  });

  it('tells all problems at once', () => {
    expect(problemsOf(main('a: {return: "${x}"}', 'b: {return: "${y}"}'))).toHaveLength(2);
  });
});

describe('what can be deployed', () => {
  it.each([
    ['a bare list of steps', '- a: {return: 1}'],
    ['JSON', '{"main": {"steps": [{"a": {"return": "${1 + 1}"}}]}}'],
    ['the same step name in two routines', `${main('a: {call: sub}')}sub: {steps: [{a: {return: 1}}]}`],
    [
      'a variable named like a module',
      main('a: {assign: [{map: {k: 1}}]}', 'b: {return: "${map.get(map, \\"k\\")}"}'),
    ],
    [
      'a variable assigned on another path',
      main('a: {switch: [{condition: true, assign: [{x: 1}]}]}', 'b: {return: "${x}"}'),
    ],
    [
      'a jump out of try and except',
      main('a: {try: {steps: [{b: {next: z}}]}, except: {as: e, steps: [{c: {next: z}}]}}', 'z: {return: 1}'),
    ],
    ['a jump into plain nested steps', main('a: {next: c}', 'b: {steps: [{c: {return: 1}}]}')],
    [
      'an outer variable written in a loop',
      main(
        's: {assign: [{x: 1}]}',
        'l: {for: {value: v, in: [1], steps: [{a: {assign: [{x: "${x + v}"}]}}]}}',
        'r: {return: "${x}"}',
      ),
    ],
    [
      'a connector we do not know',
      main('a: {call: googleapis.translate.v2.translations.translate, args: {topic: t}}'),
    ],
    [
      'accessString in an expression',
      main('a: {return: "${googleapis.secretmanager.v1.projects.secrets.versions.accessString(1)}"}'),
    ],
    [
      'the same loop variable in two loops',
      main(
        'a: {for: {value: v, in: [1], steps: [{b: {next: continue}}]}}',
        'c: {for: {value: v, in: [1], steps: [{d: {next: break}}]}}',
      ),
    ],
  ])('accepts %s', (_name, source) => {
    expect(problemsOf(source)).toEqual([]);
  });
});
