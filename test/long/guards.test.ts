/**
 * The proof that the tests of the generator watch every guard: each is taken away or turned round, one at a time, in a
 * copy of the tree, and a test has to fail. What no test can tell apart is listed by name, with the reason.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EQUIVALENT } from './guards/equivalent.ts';
import { mutantsOf } from './guards/mutants.ts';
import { PLAN } from './guards/plan.ts';
import { Scratch } from './guards/scratch.ts';

const ROOM = 'workflow-defs';
const FILES = readdirSync(join(import.meta.dirname, '../..', ROOM), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => `${ROOM}/${file}`)
  .sort();

let scratch: Scratch;
beforeAll(() => {
  scratch = new Scratch();
});
afterAll(() => scratch.close());

const mutants = (file: string) => mutantsOf(file, scratch.read(file));

test('every file with a guard has its tests named', () => {
  const guarded = FILES.filter((file) => mutants(file).length > 0);
  expect(Object.keys(PLAN).sort()).toEqual(guarded);
});

test('every change that is said to make no difference is one that can be made', () => {
  const names = new Set(FILES.flatMap((file) => mutants(file).map(({ name }) => name)));
  expect(Object.keys(EQUIVALENT).filter((name) => !names.has(name))).toEqual([]);
});

test('the tests pass while nothing is changed', async () => {
  for (const [file, judges] of Object.entries(PLAN)) {
    const { failed } = await scratch.judge(file, scratch.read(file), judges);
    expect(failed, file).toBe(null);
  }
});

test.each(Object.entries(PLAN))('every guard of %s is watched', async (file, judges) => {
  const changes = mutants(file);
  const survivors: string[] = [];
  const different: string[] = [];
  let seconds = 0;
  for (const { name, line, source } of changes) {
    const { failed, cpuSeconds } = await scratch.judge(file, source, judges);
    seconds += cpuSeconds;
    if (failed === null && EQUIVALENT[name] === undefined) survivors.push(`${name} (line ${line})`);
    if (failed !== null && EQUIVALENT[name] !== undefined) different.push(`${name}: ${failed}`);
  }
  process.stdout.write(`${file}: ${changes.length} changes in ${Math.round(seconds)} CPU seconds\n`);
  expect(survivors, 'no test fails with these changes').toEqual([]);
  expect(different, 'said to make no difference, but a test fails').toEqual([]);
});
