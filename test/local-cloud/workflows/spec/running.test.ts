/** Fact sheet §1 and §3, row by row: parallel steps, errors and limits. */
import { hold, type Row } from '../support/rows.ts';

const PARALLEL: readonly Row[] = [
  {
    fact: 'continue ends an iteration and no other',
    source: `
- i: {assign: [{l: []}]}
- p: {parallel: {shared: [l], for: {value: v, in: [1, 2], steps: [
    {a: {switch: [{condition: "\${v == 1}", next: continue}]}}, {b: {assign: [{l: "\${list.concat(l, v)}"}]}}]}}}
- r: {return: "\${l}"}`,
    result: [2],
  },
  {
    fact: 'a branch may jump among its own steps, and break its own loops',
    source: `
- i: {assign: [{l: []}]}
- p:
    parallel:
      shared: [l]
      branches:
      - one: {steps: [{a: {next: c}}, {b: {raise: no}}, {c: {assign: [{l: "\${list.concat(l, 1)}"}]}}]}
      - two: {steps: [{d: {for: {value: v, in: [1, 2], steps: [{e: {next: break}}]}}}]}
- r: {return: "\${l}"}`,
    result: [1],
  },
  {
    fact: 'parent variables can be read without sharing',
    source: `
- i: {assign: [{k: 5}, {l: []}]}
- p: {parallel: {shared: [l], for: {value: v, in: [1], steps: [{a: {assign: [{l: "\${list.concat(l, k + v)}"}]}}]}}}
- r: {return: "\${l}"}`,
    result: [6],
  },
  {
    fact: 'loop variables belong to their branch and may be written there',
    source: `
- p: {parallel: {for: {value: v, in: [1], steps: [{a: {assign: [{v: 2}]}}, {b: {switch: [{condition: "\${v != 2}", raise: no}]}}]}}}
- r: {return: done}`,
    result: 'done',
  },
  {
    fact: 'what is shared by both of two nested parallel steps is written by all',
    source: `
- i: {assign: [{k: 0}]}
- p:
    parallel:
      shared: [k]
      for:
        value: v
        in: [1, 2]
        steps:
        - q: {parallel: {shared: [k], for: {value: w, in: [1, 2], steps: [{b: {assign: [{k: "\${k + 1}"}]}}]}}}
- r: {return: "\${k}"}`,
    result: 4,
  },
  {
    fact: 'at most a hundred failures are reported, the rest is truncated',
    source: `
- p:
    try: {parallel: {for: {value: v, range: [1, 150], steps: [{b: {raise: x}}]}}}
    except: {as: e, steps: [{c: {return: ["\${len(e.branches)}", "\${e.truncated}", "\${e.branches[0].id}"]}}]}`,
    result: [100, true, '0'],
  },
  {
    fact: 'a branch reports its own error, text or map',
    source: `
- p:
    try: {parallel: {branches: [{x: {steps: [{a: {raise: t}}]}}, {y: {steps: [{b: {assign: [{z: "\${1 / 0}"}]}}]}}]}}
    except: {as: e, steps: [{c: {return: ["\${e.branches[0].error.payload}", "\${json.decode(e.branches[1].error.payload).tags}"]}}]}`,
    result: ['"t"', ['ZeroDivisionError']],
  },
  {
    fact: 'a third parallel step inside is a ParallelNestingError, also through a call',
    source: `
main:
  steps:
  - p:
      parallel:
        for:
          value: v
          in: [1]
          steps:
          - q: {parallel: {for: {value: w, in: [1], steps: [{b: {call: f}}]}}}
f:
  steps:
  - c:
      try: {parallel: {for: {value: x, in: [1], steps: [{d: {assign: [{y: 1}]}}]}}}
      except: {as: e, steps: [{g: {switch: [{condition: '\${"ParallelNestingError" in e.tags}', next: end}]}}, {h: {raise: "\${e}"}}]}`,
    result: null,
  },
  {
    fact: 'an empty range has no branches',
    source:
      '- p: {parallel: {for: {value: v, range: [2, 1], steps: [{a: {raise: no}}]}}}\n- r: {return: done}',
    result: 'done',
  },
];

const ERRORS: readonly Row[] = [
  {
    fact: 'system errors are maps with message and tags',
    source:
      '- t: {try: {assign: [{x: "${1 / 0}"}]}, except: {as: e, steps: [{r: {return: ["${keys(e)}", "${e.tags}"]}}]}}',
    result: [['message', 'tags'], ['ZeroDivisionError']],
  },
  {
    fact: 'a raised text has no tags',
    source: '- t: {try: {raise: x}, except: {as: e, steps: [{r: {return: "${e.tags}"}}]}}',
    tag: 'TypeError',
  },
  {
    fact: 'a raised map keeps its own tags',
    source:
      '- t: {try: {raise: {tags: [Mine]}}, except: {as: e, steps: [{r: {return: \'${"Mine" in e.tags}\'}}]}}',
    result: true,
  },
  {
    fact: 'a ResourceLimitError of the service passes every except',
    source:
      '- t: {try: {steps: [{a: {assign: [{x: 1}]}}, {b: {next: a}}]}, except: {as: e, steps: [{r: {return: caught}}]}}',
    tag: 'ResourceLimitError',
  },
  {
    fact: 'one that a workflow raises itself can be caught',
    source:
      '- t: {try: {raise: {tags: [ResourceLimitError]}}, except: {as: e, steps: [{r: {return: caught}}]}}',
    result: 'caught',
  },
  {
    fact: 'a value of bytes cannot be returned',
    source: '- r: {return: \'${json.encode_to_string(text.encode("a"))}\'}',
    tag: 'TypeError',
  },
  {
    fact: 'a connector nobody knows is named by its error',
    source:
      '- t: {try: {call: googleapis.nope.v1.x.get}, except: {as: e, steps: [{r: {return: \'${text.match_regex(e.message, "nope.v1.x.get")}\'}}]}}',
    result: true,
  },
];

const LIMITS: readonly Row[] = [
  {
    fact: 'a string of 256 KB fits',
    source: 'main: {params: [x], steps: [{r: {return: "${len(x + x)}"}}]}',
    argument: 'x'.repeat(128 * 1024),
    result: 256 * 1024,
  },
  {
    fact: 'a longer one does not, even unstored',
    source: 'main: {params: [x], steps: [{r: {return: "${len(x + x)}"}}]}',
    argument: 'x'.repeat(128 * 1024 + 1),
    tag: 'ResourceLimitError',
  },
  {
    fact: 'a string a function makes counts too',
    source: `main: {params: [x], steps: [{r: {return: '\${text.replace_all(x, "x", "yyyy")}'}}]}`,
    argument: 'x'.repeat(70_000),
    tag: 'ResourceLimitError',
  },
  {
    fact: 'the argument counts as memory',
    source: 'main: {params: [x], steps: [{r: {return: 1}}]}',
    argument: Array(70_000).fill(1),
    tag: 'ResourceLimitError',
  },
  {
    fact: 'nesting without end is a limit, not an accident',
    source: '- i: {assign: [{l: []}]}\n- a: {assign: [{l: ["${l}"]}], next: a}',
    tag: 'ResourceLimitError',
  },
  {
    fact: 'a range longer than any memory only costs steps',
    source:
      '- p: {parallel: {for: {value: v, range: [1, 9000000000000000000], steps: [{a: {assign: [{x: 1}]}}]}}}',
    tag: 'ResourceLimitError',
  },
];

hold([
  ['parallel steps (1.2)', PARALLEL],
  ['errors (1.5)', ERRORS],
  ['limits (3)', LIMITS],
]);
