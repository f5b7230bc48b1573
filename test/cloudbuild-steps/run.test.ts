/** Running tools: time-outs that end in a kill, and what a tool gets to see. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../cloudbuild-steps/run.ts';
import { openBench, type Bench } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const inWorkspace = (seconds: number, rest = {}) => ({ cwd: bench.context.workspace, seconds, ...rest });

test('kills a tool that ignores every signal it can', async () => {
  bench.tool('stubborn', `trap '' INT TERM HUP; while :; do :; done`);
  await expect(run('stubborn', ['--config=/a/b', 'x'], inWorkspace(0.3), bench.context)).rejects.toThrow(
    'stubborn x did not end within 0.3 s and was stopped',
  );
});

test('does not wait for what a killed tool leaves running', { timeout: 10_000 }, async () => {
  bench.tool('parent', 'sleep 60 & echo $! > "$BENCH/pid"; wait');
  await expect(run('parent', [], inWorkspace(0.3), bench.context)).rejects.toThrow('did not end within');
  process.kill(Number(readFileSync(join(bench.folder, 'pid'), 'utf8')), 'SIGKILL');
});

test('lets a tool finish up within its grace', async () => {
  bench.tool('polite', `trap 'echo saved > "$BENCH/saved"; exit 0' INT; while :; do :; done`);
  await expect(run('polite', [], inWorkspace(0.3, { stopSeconds: 5 }), bench.context)).rejects.toThrow(
    'was stopped',
  );
  expect(readFileSync(join(bench.folder, 'saved'), 'utf8')).toBe('saved\n');
});

test('says so when there is no such tool', async () => {
  await expect(run('no-such-tool', [], inWorkspace(5), bench.context)).rejects.toThrow(
    /no-such-tool could not be run: .*ENOENT/,
  );
});

test('keeps the input from the tool and passes arguments as they are', async () => {
  bench.tool('show', `printf '%s|' "$PLUMBLINE_INPUT" "$1"`);
  const context = { ...bench.context, env: { ...bench.context.env, PLUMBLINE_INPUT: 'c2VjcmV0' } };
  const hostile = `$(touch "$BENCH/owned") \`id\` "' ; * \${HOME}`;
  expect(await run('show', [hostile], inWorkspace(5), context)).toMatchObject({ stdout: `|${hostile}|` });
});

test('keeps out of the log what may be secret', async () => {
  bench.tool('secret', 'echo s3cret');
  await run('secret', [], inWorkspace(5, { echo: false }), bench.context);
  expect(bench.lines.join('\n')).not.toContain('s3cret');
});
