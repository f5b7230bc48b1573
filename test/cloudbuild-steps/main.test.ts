/** The entry as Cloud Build runs it: a process, its exit code, its last line and the file it leaves. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAX_OUTPUT_BYTES, writeOutput } from '../../cloudbuild-steps/output.ts';
import { listen, send } from './bench.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'cloudbuild-steps', 'main.ts');
const server = createServer((_, response) => void send(response, 200, 'ok'));
let host = '';
const folder = mkdtempSync(join(tmpdir(), 'plumb-main-'));
beforeAll(async () => {
  host = await listen(server);
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const encode = (input: unknown) => Buffer.from(JSON.stringify(input)).toString('base64');

function step(args: string[], input: string | undefined) {
  const env = {
    PATH: process.env['PATH'],
    BUILDER_OUTPUT: folder,
    ...(input !== undefined && { PLUMBLINE_INPUT: input }),
  };
  return new Promise<{ code: unknown; stdout: string; last: string; output: unknown }>((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env, cwd: folder }, (error, stdout, stderr) => {
      const file = join(folder, 'output');
      const output = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as unknown) : undefined;
      resolve({ code: error?.code ?? 0, stdout, last: stderr.trimEnd().split('\n').at(-1) ?? '', output });
    });
  });
}

test('reads its input, leaves its output in BUILDER_OUTPUT, and ends with 0', async () => {
  const ran = await step(['health-check', 'ask'], encode({ url: `http://${host}`, path: '/health' }));
  expect(ran).toMatchObject({
    code: 0,
    stdout: '',
    output: { healthy: true, code: 200, url: `http://${host}/health`, reason: 'answered 200 OK' },
  });
});

test.each<[string, string[], string | undefined, string]>([
  ['an unknown step', ['terraform', 'import'], encode({}), 'there is no step "terraform import"; there are terraform apply, '],
  ['no step at all', [], encode({}), 'there is no step " "; there are '],
  ['a missing input', ['cleanup', 'objects'], undefined, 'PLUMBLINE_INPUT is not set; it must hold'],
  ['an input that is not JSON', ['cleanup', 'objects'], 'e30xe', 'PLUMBLINE_INPUT is not base64 of JSON: '],
  ['an input that is not UTF-8', ['cleanup', 'objects'], '/w==', 'PLUMBLINE_INPUT is not base64 of JSON: '],
  ['an input with several mistakes', ['cleanup', 'objects'], encode({ bucket: 1, prefix: '', x: 1 }), 'the input is not valid: bucket: '],
])('ends with 1 and one sentence on %s, which the workflow can read too', async (_, args, input, sentence) => {
  const ran = await step(args, input);
  expect(ran.code).toBe(1);
  expect(ran.last).toContain(sentence);
  expect(ran.last).not.toMatch(/^\s+at /);
  expect(ran.output).toEqual({ error: ran.last });
}); // prettier-ignore

test('refuses an output that Cloud Build would cut, and takes one of exactly the limit', async () => {
  const context = { env: { BUILDER_OUTPUT: folder }, log: () => undefined };
  const text = 'x'.repeat(MAX_OUTPUT_BYTES - 2);
  await writeOutput(text, context);
  expect(readFileSync(join(folder, 'output'))).toHaveLength(MAX_OUTPUT_BYTES);
  await expect(writeOutput(`${text}x`, context)).rejects.toThrow(/Cloud Build keeps 51200/);
});
