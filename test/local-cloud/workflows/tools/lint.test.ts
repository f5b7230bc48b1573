import { describe, expect, it } from 'vitest';
import { examine } from '../../../../local-cloud/workflows/tools/examine.ts';
import { RULES } from '../../../../local-cloud/workflows/tools/lint/lint.ts';
import { main } from './support.ts';

const BUILD = 'googleapis.cloudbuild.v1.projects.locations.builds.create';
const build = (retry: string): string =>
  `s: {try: {call: ${BUILD}, args: {parent: p, projectId: p, body: {}}}, retry: '\${${retry}}'}`;
const get = (url: string): string => `s: {call: http.get, args: {url: '${url}', auth: {type: OIDC}}}`;

interface Case {
  readonly rule: string;
  readonly because: string;
  readonly told: readonly string[];
  readonly quiet: readonly string[];
}

const CASES: readonly Case[] = [
  {
    rule: 'not-precedence',
    because: '`not "k" in m` is `(not "k") in m`, a TypeError',
    told: [main(`s: {return: '\${not "k" in {}}'}`), main(`s: {return: '\${not args == 1}'}`)],
    quiet: [main(`s: {return: '\${not ("k" in {})}'}`), main(`s: {return: '\${not args}'}`)],
  },
  {
    rule: 'default-missing-key',
    because: 'the missing key raises before default is called',
    told: [
      main(`s: {return: '\${default(args.k, 1)}'}`),
      main(`s: {return: '\${default(args["k"], 1)}'}`),
      main(`s: {call: default, args: {val: '\${args.k}', defaultVal: 1}, result: r}`, `t: {return: '\${r}'}`),
    ],
    quiet: [
      main(`s: {return: '\${default(map.get(args, "k"), 1)}'}`),
      main(`s: {return: '\${default(args, 1)}'}`),
    ],
  },
  {
    rule: 'if-evaluates-both',
    because: 'the value for the missing key is evaluated as well',
    told: [main(`s: {return: '\${if("k" in {}, args.k, 1)}'}`)],
    quiet: [main(`s: {return: '\${if("k" in {}, 1, 2)}'}`), main(`s: {return: '\${if(args.a, args.b, 2)}'}`)],
  },
  {
    rule: 'not-interpolated',
    because: 'only a whole value is an expression',
    told: [
      main("s: {return: 'hello ${args}'}"),
      main('s: {assign: [{x: 1}]}', "t: {return: ['${x}/more', '${x}']}"),
      main(`s: {return: '\${"hello \${args}" + "!"}'}`),
    ],
    quiet: [
      main("s: {return: '${args}'}"),
      main("s: {return: 'echo ${HOME}'}"),
      main("s: {return: 'echo $${args}'}"),
    ],
  },
  {
    rule: 'list-concat-nests',
    because: 'the list becomes one element',
    told: [
      main(`s: {return: '\${list.concat([1], [2])}'}`),
      main(`s: {return: '\${list.prepend([1], [2])}'}`),
    ],
    quiet: [main(`s: {return: '\${list.concat([1], 2)}'}`)],
  },
  {
    rule: 'uncatchable-limit',
    because: 'no except sees it',
    told: [
      main(
        `s: {try: {call: sys.sleep, args: {seconds: 1}}, except: {as: e, steps: [{t: {return: '\${"ResourceLimitError" in e.tags}'}}]}}`,
      ),
    ],
    quiet: [main(`s: {return: '\${"HttpError" in args.tags}'}`)],
  },
  {
    rule: 'argument-may-be-null',
    because: 'the official quickstart failed so when it was run without an argument',
    told: [main(`s: {return: '\${"k" in args}'}`)],
    quiet: [
      main(`s: {switch: [{condition: '\${args != null}', next: t}]}`, `t: {return: '\${"k" in args}'}`),
      main(`s: {assign: [{a: '\${default(args, {})}'}]}`, `t: {return: '\${"k" in a}'}`),
    ],
  },
  {
    rule: 'retry-not-idempotent',
    because: 'a lost answer would start a second build',
    told: [
      main(build('http.default_retry')),
      main(build('retry.always')),
      main(
        `s: {try: {steps: [{t: {call: http.post, args: {url: 'http://x/'}}}]}, retry: '\${http.default_retry}'}`,
      ),
      main(
        `s: {try: {call: http.request, args: {method: post, url: 'http://x/'}}, retry: {max_retries: 2, backoff: {initial_delay: 1, max_delay: 2, multiplier: 2}}}`,
      ),
    ],
    quiet: [
      main(build('http.default_retry_non_idempotent')),
      `${main(build('again'))}again: {params: [e], steps: [{s: {return: '\${"x" in e}'}}]}\n`,
      main(`s: {try: {call: http.get, args: {url: 'http://x/'}}, retry: '\${http.default_retry}'}`),
    ],
  },
  {
    rule: 'auth-dynamic-url',
    because: 'the token goes to whatever host the text names',
    told: [
      main(get('${args.url}')),
      main(get('${"https://" + args.host + "/"}')),
      main(get('${"https://a.example" + args.path}')),
    ],
    quiet: [
      main(get('https://a.example/x')),
      main(get('${"https://a.example/" + args.path}')),
      main(get('${"https://a.example" + "/x/" + args.path}')),
      main(`s: {call: http.get, args: {url: '\${args.url}'}}`),
    ],
  },
  {
    rule: 'waits-for-execution',
    because: 'people expect it to go on at once',
    told: [
      main(
        `s: {call: googleapis.workflowexecutions.v1.projects.locations.workflows.executions.create, args: {parent: p}}`,
      ),
    ],
    quiet: [
      main(
        `s: {call: googleapis.workflowexecutions.v1.projects.locations.workflows.executions.create, args: {parent: p, connector_params: {skip_polling: true}}}`,
      ),
    ],
  },
  {
    rule: 'unused-variable',
    because: 'it takes memory and tells nothing',
    told: [main(`s: {assign: [{x: 1}]}`), main(`s: {call: sys.now, result: x}`)],
    quiet: [
      main(`s: {assign: [{x: 1}, {y: '\${x}'}]}`, `t: {return: '\${y}'}`),
      main(`s: {assign: [{_x: 1}]}`),
      main(`s: {assign: [{m: {}}, {i: 1}, {'m[i]': 1}]}`, `t: {return: '\${m}'}`),
      main(`s: {try: {call: sys.now}, except: {as: e, steps: [{t: {assign: [{disregarded: '\${e}'}]}}]}}`),
    ],
  },
  {
    rule: 'unused-subworkflow',
    because: 'nothing runs it',
    told: [`${main('s: {return: 1}')}sub: {steps: [{s: {call: sub}}]}\n`],
    quiet: [
      `${main("s: {return: '${sub()}'}")}sub: {steps: [{s: {return: 1}}]}\n`,
      `${main('s: {call: sub}')}sub: {steps: [{s: {return: 1}}]}\n`,
      `${main(build('sub'))}sub: {params: [e], steps: [{s: {return: '\${e}'}}]}\n`,
    ],
  },
  {
    rule: 'unreachable-step',
    because: 'nothing leads there',
    told: [main('s: {return: 1}', 't: {return: 2}'), main('s: {next: end}', 't: {return: 2}')],
    quiet: [
      main("s: {switch: [{condition: '${args}', next: u}]}", 't: {return: 1}', 'u: {return: 2}'),
      main('s: {next: t}', 't: {return: 2}'),
    ],
  },
];

const rulesOf = (text: string): string[] =>
  examine({ file: 'f.yaml', text }).findings.map(({ rule, level }) => `${level} ${rule}`);

describe('lint', () => {
  it.each(CASES)('$rule: $because', ({ rule, told, quiet }) => {
    for (const text of told) expect(rulesOf(text), text).toContain(`warning ${rule}`);
    for (const text of quiet) {
      expect(rulesOf(text), text).not.toContain(`warning ${rule}`);
      expect(rulesOf(text).join(), text).not.toContain('error');
    }
  });

  it('has a case for every rule', () => {
    expect(CASES.map(({ rule }) => rule).sort()).toEqual(RULES.map(({ id }) => id).sort());
  });
});
