import { describe, expect, it } from 'vitest';
import { execute, tagOf, testHost } from '../support/host.ts';

const caught = (body: string): string => `
main:
  steps:
  - t: {try: {steps: [${body}]}, except: {as: e, steps: [{r: {return: caught}}]}}
  - end1: {return: through}
deep: {params: [n], steps: [{d: {switch: [{condition: "\${n == 0}", return: 0}]}}, {r: {return: "\${deep(n - 1)}"}}]}
`;

describe('limits that end an execution', () => {
  it('a hundred thousand steps, and nobody can catch it', async () => {
    const outcome = await execute(caught('{a: {assign: [{x: 1}]}}, {b: {next: a}}'));
    expect(outcome.error?.message).toContain('100000 steps');
    expect(await tagOf(Promise.resolve(outcome))).toBe('ResourceLimitError');
    expect(outcome.steps).toHaveLength(100_001);
  });

  it('512 KB of variables, counted with their copies, and nobody can catch it', async () => {
    const grow = '{a: {assign: [{x: "0123456789abcdef"}]}}, {b: {assign: [{x: "${x + x}"}]}}, {c: {next: b}}';
    const outcome = await execute(caught(grow));
    expect(await tagOf(Promise.resolve(outcome))).toBe('ResourceLimitError');
  });

  it('counts exactly to the byte', async () => {
    // Each of the two variables holds 8 bytes and its text.
    const source = (length: number): string => `
main:
  params: [x]
  steps:
  - a: {assign: [{y: "\${x}"}]}
  - r: {return: "\${len(y)}"}
#${length}`;
    const most = (512 * 1024) / 2 - 8;
    expect((await execute(source(most), 'x'.repeat(most))).result).toBe(most);
    expect(await tagOf(execute(source(most + 1), 'x'.repeat(most + 1)))).toBe('ResourceLimitError');
  });
});

describe('limits a workflow can meet', () => {
  it('twenty calls deep, then RecursionError', async () => {
    expect((await execute(caught('{a: {call: deep, args: {n: 18}}}'))).result).toBe('through');
    expect((await execute(caught('{a: {call: deep, args: {n: 21}}}'))).result).toBe('caught');
  });

  it('a sleep of at most one year', async () => {
    expect(await tagOf(execute('- a: {call: sys.sleep, args: {seconds: 31536001}}'))).toBe('ValueError');
  });

  it('a branch that hits a fatal limit ends the sleeping ones with it', async () => {
    const host = testHost();
    const { error } = await execute(
      `
- p:
    parallel:
      branches:
      - long: {steps: [{nap: {call: sys.sleep, args: {seconds: 3600}}}]}
      - loop: {steps: [{a: {assign: [{x: 1}]}}, {b: {next: a}}]}`,
      null,
      host,
    );
    expect(error?.message).toContain('100000 steps');
  });
});
