import { describe, expect, it } from 'vitest';
import { printable } from '../../../../local-cloud/workflows/run/json.ts';
import { execute } from '../support/host.ts';

describe('where an error came from', () => {
  it('is told as in the documentation: line, column and length of the expression', async () => {
    // The layout of the documented sample: the failing expression stands in line 12, column 26, and is 24 bytes long.
    const { error } = await execute(`# line 1
# line 2
# line 3
# line 4
# line 5
# line 6
main:
    params: [input]
    steps:
    - checkSearchTermInInput:
        switch:
            - condition: \${"searchTerm" in input}
              next: end
`);
    expect(printable(error?.value ?? null)).toBe(
      `{"message":"The argument of 'in' must be a dict or an array; got: null","tags":["TypeError"]}`,
    );
    expect(error?.context(printable)).toBe(
      "The argument of 'in' must be a dict or an array; got: null\n" +
        'in step "checkSearchTermInInput", routine "main", line: 12',
    );
    expect(error?.trace).toEqual([
      {
        step: 'checkSearchTermInInput',
        routine: 'main',
        position: { line: 12, column: 26, length: 24 },
      },
    ]);
  });

  it('has one line per routine, innermost first', async () => {
    const { error } = await execute(`main:
  steps:
  - outer:
      steps:
      - callSub: {call: sub}
sub:
  steps:
  - loop:
      for:
        value: v
        in: [1]
        steps:
        - bad: {return: "\${1 / 0}"}
`);
    expect(error?.context(printable)).toBe(
      'division by zero: integer / integer\n' +
        'in step "bad", routine "sub", line: 13\n' +
        'in step "callSub", routine "main", line: 5',
    );
  });

  it('starts with RuntimeError for what a workflow raised', async () => {
    const text = await execute('- a: {raise: "how odd!"}');
    expect(text.error?.context(printable)).toBe(
      'RuntimeError: "how odd!"\nin step "a", routine "main", line: 1',
    );
    const map = await execute('- a: {raise: {code: 5}}');
    expect(map.error?.context(printable)).toContain('RuntimeError: {"code":5}\n');
  });

  it('is the place of the last raise', async () => {
    const { error } = await execute(
      '- a: {try: {steps: [{inner: {raise: x}}]}, except: {as: e, steps: [{again: {raise: "${e}"}}]}}',
    );
    expect(error?.trace.map(({ step }) => step)).toEqual(['again']);
  });

  it('points into a quoted expression, behind its quote', async () => {
    const { error } = await execute(`- a: {return: '\${len(1)}'}`);
    expect(error?.trace[0]?.position).toEqual({ line: 1, column: 16, length: 9 });
  });
});
