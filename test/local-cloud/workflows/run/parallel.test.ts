import { describe, expect, it } from 'vitest';
import { execute, executeInTime, tagOf } from '../support/host.ts';

const sleepers = (count: number, extra = ''): string => `
- init: {assign: [{begin: "\${sys.now()}"}]}
- p:
    parallel:
      ${extra}
      for: {value: v, range: [1, ${count}], steps: [{nap: {call: sys.sleep, args: {seconds: 10}}}]}
- r: {return: "\${sys.now() - begin}"}`;

const seconds = async (source: string): Promise<unknown> => (await executeInTime(source)).result;

describe('parallel', () => {
  it('runs branches at the same time and shares what is shared', async () => {
    const outcome = await execute(
      `
- init: {assign: [{sum: 0}, {m: {}}]}
- p:
    parallel:
      shared: [sum, m]
      branches:
      - one: {steps: [{a: {assign: [{own: 1}, {sum: "\${sum + own}"}, {m.one: 1}]}}]}
      - two: {steps: [{b: {assign: [{own: 2}, {sum: "\${sum + own}"}, {m.two: 2}]}}]}
- r: {return: ["\${sum}", "\${m}"]}`,
    );
    expect(outcome.result).toEqual([3, { one: 1, two: 2 }]);
  });

  it('takes as long as its longest branch', async () => {
    expect(await seconds(sleepers(5))).toBe(10);
  });

  it('keeps to its concurrency limit', async () => {
    expect(await seconds(sleepers(5, 'concurrency_limit: 2'))).toBe(30);
  });

  it('runs at most twenty iterations of one execution at a time', async () => {
    expect(await seconds(sleepers(21))).toBe(20);
  });

  it('does not lock up when nested branches need the places of those that wait for them', async () => {
    expect(
      await seconds(`
- init: {assign: [{begin: "\${sys.now()}"}]}
- p:
    parallel:
      for:
        value: v
        range: [1, 20]
        steps:
        - q: {parallel: {for: {value: w, range: [1, 2], steps: [{nap: {call: sys.sleep, args: {seconds: 10}}}]}}}
- r: {return: "\${sys.now() - begin}"}`),
    ).toBe(20);
  });

  it('lets every branch finish, then raises all failures together', async () => {
    const { result } = await execute(`
main:
  steps:
  - init: {assign: [{done: []}]}
  - p:
      try:
        parallel:
          shared: [done]
          for:
            value: v
            range: [0, 3]
            steps:
            - checkEven: {switch: [{condition: "\${v % 2 == 1}", raise: "how odd!"}]}
            - add: {assign: [{done: "\${list.concat(done, v)}"}]}
      except:
        as: e
        steps: [{r: {return: {e: "\${e}", done: "\${done}"}}}]`);
    const context = 'RuntimeError: "how odd!"\nin step "checkEven", routine "main", line: 13';
    expect(result).toEqual({
      done: [0, 2],
      e: {
        message:
          'UnhandledBranchError: One or more branches or iterations encountered an unhandled runtime error',
        tags: ['UnhandledBranchError', 'RuntimeError'],
        branches: [
          { id: '1', error: { context, payload: '"how odd!"' } },
          { id: '3', error: { context, payload: '"how odd!"' } },
        ],
        truncated: false,
      },
    });
  });

  it('can be nested twice but not three times', async () => {
    const nest = (inner: string): string =>
      `{parallel: {for: {value: v${inner.length}, in: [1], steps: [{s${inner.length}: ${inner}}]}}}`;
    const leaf = '{call: sys.now}';
    expect(await tagOf(execute(`- a: ${nest(nest(leaf))}`))).toBe('no error');
    const { error } = await execute(`- a: ${nest(nest(nest(leaf)))}`);
    expect(JSON.stringify(error?.value instanceof Map ? [...error.value] : null)).toContain(
      'UnhandledBranchError',
    );
    expect(error?.message).toContain('UnhandledBranchError');
  });

  it('refuses a concurrency limit that is not positive', async () => {
    expect(await tagOf(execute(sleepers(1, 'concurrency_limit: "${0}"')))).toBe('ValueError');
  });
});
