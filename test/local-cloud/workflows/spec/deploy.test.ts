/** Every category of fact sheet §5.1: what a deployment refuses, in which words, and which piece of source it points at. */
import { describe, expect, it } from 'vitest';
import { build } from '../../../../local-cloud/workflows/check/check.ts';
import { BuildError, type Problem } from '../../../../local-cloud/workflows/lang/problems.ts';

/** The source without its «marks», and the place they stood around. */
function marked(source: string): { text: string; position: Problem['position'] } {
  const [before = '', offending = '', after = ''] = source.split(/[«»]/);
  const lines = before.split('\n');
  const position = {
    line: lines.length,
    column: (lines.at(-1) ?? '').length + 1,
    length: Buffer.byteLength(offending),
  };
  return { text: before + offending + after, position };
}

function refusal(source: string): BuildError {
  try {
    build(source);
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const many = (count: number, item: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => item(i)).join(', ');

const inLoop = (step: string): string => `- l: {for: {value: v, in: [1], steps: [${step}]}}`;

/** The category, the source with the offending piece in «marks», and the message. */
const CASES: readonly (readonly [string, string, string])[] = [
  [
    'undefined variable',
    '- step2: {return: "«${varC}»"}',
    "failed to build: error in step step2: error evaluating return value: symbol 'varC' is neither a variable nor a sub-workflow name",
  ],
  ['undefined step', '- a: {next: «nowhere»}', "jump to step 'nowhere', which does not exist"],
  ['undefined subworkflow', '- a: {call: «helper»}', "'helper' is neither a function nor a sub-workflow"],
  [
    'unknown function in an expression',
    '- a: {return: "«${text.trim(1)}»"}',
    "symbol 'text.trim' is neither a variable nor a sub-workflow name",
  ],
  ['wrong syntax', '- a: {return: "«${1 +}»"}', "parse error: in '${1 +}': unexpected end"],
  ['a brace that is missing', '- a: {return: "«${1 + 1»"}', 'the expression is never closed'],
  ['a brace too many', '- a: {return: "«${1}}»"}', "parse error: in '${1}}'"],
  ['a colon that is missing', '- a {return: «1}»', 'a step must be a map'],
  ['curly quotes', '- a: {return: "«${“x”}»"}', "token recognition error at: '“'"],
  ['unclosed string', "- a: {return: '«${\"x}»'}", "token recognition error at: '\"'"],
  ['unknown step key', '- a: {call: sys.now, «arguments»: {}}', "unknown key 'arguments'"],
  ['two kinds of step', '- a: «{assign: [{x: 1}], return: 1}»', 'cannot have both assign and return'],
  [
    'both in and range',
    '- a: {for: «{value: v, in: [1], range: [1, 2], steps: [{b: {next: continue}}]}»}',
    'cannot have both in and range',
  ],
  [
    'neither in nor range',
    '- a: {for: «{value: v, steps: [{b: {next: continue}}]}»}',
    'needs one of: in, range',
  ],
  ['neither branches nor for', '- a: {parallel: «{shared: []}»}', 'exactly one of: branches, for'],
  ['51 assignments', `- a: {assign: «[${many(51, (i) => `{x${i}: 1}`)}]»}`, 'assign has 51 assignments'],
  [
    '51 conditions',
    `- a: {switch: «[${many(51, () => '{condition: true, next: end}')}]»}`,
    'switch has 51 conditions',
  ],
  [
    'one branch',
    '- a: {parallel: {branches: «[{b: {steps: [{c: {assign: [{x: 1}]}}]}}]»}}',
    'parallel has 1 branches',
  ],
  ['missing main', '«sub: {steps: [{a: {return: 1}}]}»', "workflow 'main' is missing"],
  ['duplicate step names', '- a: {assign: [{x: 1}]}\n- «a»: {return: 1}', "duplicate step name 'a'"],
  ['break outside a loop', '- a: {next: «break»}', "'next: break' can only be used inside a for loop"],
  [
    'continue outside a loop',
    '- a: {next: «continue»}',
    "'next: continue' can only be used inside a for loop",
  ],
  [
    'a jump out of a loop',
    `- z: {assign: [{x: 1}]}\n${inLoop('{b: {next: «z»}}')}`,
    'crosses the border of a loop',
  ],
  [
    'a jump into a loop',
    `${inLoop('{b: {next: continue}}')}\n- z: {next: «b»}`,
    'crosses the border of a loop',
  ],
  [
    'a blocking function in an expression',
    '- a: {return: "«${sys.sleep(1)}»"}',
    "function 'sys.sleep' waits",
  ],
  [
    'a connector in an expression',
    '- a: {return: "«${googleapis.x.v1.y.get(1)}»"}',
    'waits and can only be used in a call step',
  ],
  [
    'a loop variable outside its loop',
    `${inLoop('{b: {assign: [{x: 1}]}}')}\n- r: {return: "«\${v}»"}`,
    "symbol 'v' is neither",
  ],
  [
    'a variable of a loop body outside',
    `${inLoop('{b: {assign: [{x: 1}]}}')}\n- r: {return: "«\${x}»"}`,
    "symbol 'x' is neither",
  ],
  [
    'the error outside except',
    '- t: {try: {call: sys.now}, except: {as: e, steps: [{b: {assign: [{x: 1}]}}]}}\n- r: {return: "«${e}»"}',
    "symbol 'e' is neither",
  ],
  [
    'wrong argument names',
    '- a: {call: sys.sleep, args: {«second»: 1, seconds: 1}}',
    "unknown argument 'second' of 'sys.sleep'",
  ],
  ['a missing argument', '- a: {call: «sys.sleep»}', "missing argument 'seconds' of 'sys.sleep'"],
  [
    'too many positional arguments',
    '- a: {call: sys.sleep, args: [1, «2»]}',
    "'sys.sleep' takes at most 1 arguments",
  ],
  [
    'two params of main',
    'main:\n  params: «[a, b]»\n  steps: [{s: {return: 1}}]',
    "workflow 'main' has 2 parameters",
  ],
  [
    'an expression of 401 characters',
    `- a: {return: "«\${${'1'.repeat(398)}}»"}`,
    'expression is 401 characters long',
  ],
  [
    'return in a branch',
    '- p: {parallel: {for: {value: v, in: [1], steps: [{a: {return: «1»}}]}}}',
    'return cannot be used in a parallel branch',
  ],
  [
    'a write to a variable that is not shared',
    '- i: {assign: [{x: 1}]}\n- p: {parallel: {for: {value: v, in: [1], steps: [{a: {assign: [{«x»: 2}]}}]}}}',
    "variable 'x' is assigned in a parallel branch but not listed in 'shared'",
  ],
  [
    'a shared variable that does not exist',
    '- p: {parallel: {shared: [«y»], for: {value: v, in: [1], steps: [{a: {assign: [{x: 2}]}}]}}}',
    "shared variable 'y' does not exist outside the parallel step",
  ],
  [
    'a loop variable that is assigned outside',
    '- a: {for: {value: «v», in: [1], steps: [{b: {next: continue}}]}}\n- c: {assign: [{v: 1}]}',
    "loop variable 'v' is used outside of its loop too",
  ],
  [
    'a loop variable of a loop around it',
    inLoop('{b: {for: {value: w, index: «v», in: [1], steps: [{c: {next: continue}}]}}}'),
    "loop variable 'v' is used outside of its loop too",
  ],
  [
    'value and index of one name',
    '- a: {for: {value: v, index: «v», in: [1], steps: [{b: {next: continue}}]}}',
    "value and index of for are both named 'v'",
  ],
  [
    'a loop over text',
    '- a: {for: {value: v, in: «abc», steps: [{b: {next: continue}}]}}',
    "'in' of for must be a list or an expression",
  ],
  [
    'a range of text',
    '- a: {for: {value: v, range: [1, "«9»"], steps: [{b: {next: continue}}]}}',
    'range must be between numbers',
  ],
  ['a raised number', '- a: {raise: «5»}', 'raise needs text, a map or an expression'],
  [
    'a condition that can never be a boolean',
    '- a: {switch: [{condition: «1», next: end}]}',
    'a condition must be an expression, true or false',
  ],
  [
    'a variable that is shared twice',
    '- i: {assign: [{x: 1}]}\n- p: {parallel: {shared: [x, «x»], for: {value: v, in: [1], steps: [{a: {assign: [{x: 2}]}}]}}}',
    "shared lists 'x' twice",
  ],
  [
    'two branches of one name',
    '- p: {parallel: {branches: [{b: {steps: [{a: {assign: [{x: 2}]}}]}}, {«b»: {steps: [{c: {assign: [{x: 2}]}}]}}]}}',
    "parallel has two branches named 'b'",
  ],
  [
    'two parameters of one name',
    'main: {steps: [{a: {return: 1}}]}\nf: {params: [x, «x»], steps: [{a: {return: 1}}]}',
    "workflow 'f' has two parameters named 'x'",
  ],
  [
    'a default that is an expression',
    'main: {steps: [{a: {return: 1}}]}\nf: {params: [{x: "«${1}»"}], steps: [{a: {return: 1}}]}',
    "the default of parameter 'x' of workflow 'f' must be text",
  ],
  [
    'a target of 401 characters',
    `- a: {assign: [{«m${'.a'.repeat(200)}»: 1}]}`,
    'expression is 401 characters long',
  ],
  ['a quote that is never closed', '- a: {return: «"»x}\n- b: {return: 1}', 'the quote is never closed'],
  ['an anchor inside itself', '- a: &x {return: [«*x»]}', "the anchor 'x' contains itself"],
  ['an empty file', '«»# nothing', 'the source is empty'],
  [
    'for directly under try',
    '- a: {try: «{for: {value: v, in: [1], steps: [{b: {next: continue}}]}}», retry: "${http.default_retry}"}',
    'loop step name should not be empty',
  ],
  [
    'a tab as indentation',
    '- a:\n«\t»- b: 1',
    'main.yaml:2:1: parse error: Tabs are not allowed as indentation',
  ],
  [
    'a second document',
    '- a: {return: 1}\n«---\n- b: {return: 2}»',
    'main.yaml:2:1: parse error: the source must be one document',
  ],
];

describe('a deployment is refused for', () => {
  it.each(CASES)('%s', (_category, source, message) => {
    const { text, position } = marked(source);
    const { problems, message: told } = refusal(text);
    expect(told).toMatch(/^failed to build: /);
    expect(told).toContain(message);
    expect(problems[0]?.position).toEqual(position);
  });
});

describe('a source that would exhaust its reader is refused at a place, quickly', () => {
  const line = (name: string, of: string): string => `- ${name}: &${name} [${Array(9).fill(of).join(',')}]`;
  const names = 'a b c d e f g h'.split(' ');
  it.each([
    ['ten megabytes', `- a: {return: "${'x'.repeat(10_000_000)}"}`, 'source is 10000017 bytes'],
    ['flow lists without end', `- a: {return: ${'['.repeat(20_000)}}`, 'levels deep'],
    [
      'block maps without end',
      Array.from({ length: 400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'levels deep',
    ],
    ['an anchor inside itself', '- a: &x {return: [*x]}', "the anchor 'x' contains itself"],
    [
      'aliases of aliases',
      names.map((name, i) => line(name, i === 0 ? '1' : `*${names[i - 1] ?? ''}`)).join('\n'),
      'aliases unfold',
    ],
    ['parentheses without end', `- a: {return: "\${${'('.repeat(50_000)}}"}`, 'characters long'],
    ['a target without end', `- a: {assign: [{"m${'['.repeat(50_000)}": 1}]}`, 'characters long'],
    ['a result without end', `- a: {call: sys.now, result: "m${'.a'.repeat(50_000)}"}`, 'characters long'],
  ])('%s', (_name, source, message) => {
    const { problems, message: told } = refusal(source);
    expect(told).toContain(message);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.position.line).toBeGreaterThan(0);
  });
});
