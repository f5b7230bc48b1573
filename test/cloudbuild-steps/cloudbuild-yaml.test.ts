/** The build of Plumbline itself: it names only what exists, in an order that never deploys what is not pushed. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseBuild } from '../../local-cloud/cloudbuild/model.ts';
import { substitute } from '../../local-cloud/cloudbuild/substitutions.ts';
import { validateBuild } from '../../local-cloud/cloudbuild/validate.ts';
import { imageStart } from '../support/image.ts';

interface Build {
  readonly steps: readonly {
    id: string;
    name: string;
    entrypoint?: string;
    args: string[];
    waitFor?: string[];
  }[];
  readonly substitutions: Readonly<Record<string, string>>;
}

const ROOT = join(import.meta.dirname, '..', '..');
const build = parse(readFileSync(join(ROOT, 'cloudbuild.yaml'), 'utf8')) as Build;

/** Every step that must have ended before `id` starts. */
function before(id: string): Set<string> {
  const waits = build.steps.find((step) => step.id === id)?.waitFor ?? [];
  return new Set(waits.flatMap((each) => [each, ...before(each)]));
}

test('deploys only what was checked, tested, built and pushed', () => {
  expect([...before('deploy')].sort()).toEqual(
    build.steps
      .map(({ id }) => id)
      .filter((id) => id !== 'deploy')
      .sort(),
  );
});

test('waits only for steps that come earlier, as Cloud Build demands', () => {
  const seen = new Set<string>();
  for (const { id, waitFor = [] } of build.steps) {
    expect([...seen]).toEqual(expect.arrayContaining(waitFor));
    seen.add(id);
  }
});

test('uses every substitution it declares and declares every one it uses', () => {
  const used =
    JSON.stringify(build.steps)
      .match(/\$\{?_[A-Z_]+/g)
      ?.map((name) => name.replace(/^\$\{?/, '')) ?? [];
  expect([...new Set(used)].sort()).toEqual(Object.keys(build.substitutions).sort());
});

test('is accepted by the local Cloud Build, with every substitution filled in', () => {
  const request = parseBuild(build as unknown as Record<string, unknown>);
  const filled = substitute(request, { PROJECT_ID: 'plumbline-platform', BUILD_ID: 'b-1' });
  validateBuild(filled.build);
  expect(JSON.stringify(filled.build.steps)).not.toMatch(/\$[{_A-Z]/);
  expect(filled.build.steps.at(-1)?.args).toContain(
    '--image=us-central1-docker.pkg.dev/plumbline-platform/plumbline/job:b-1',
  );
});

test('pushes exactly the images it builds, and no step goes through a shell', () => {
  const images = (verb: string) =>
    build.steps
      .filter(({ args }) => args[0] === verb)
      .map(({ args }) => args.find((arg) => arg.includes('docker.pkg.dev'))?.replace('--tag=', ''));
  expect(images('push')).toEqual(images('build'));
  expect(build.steps.map(({ entrypoint }) => entrypoint)).not.toEqual(expect.arrayContaining(['bash']));
});

test.each(['Dockerfile', 'cloudbuild-steps/images/Dockerfile'])('%s copies only what is there', (file) => {
  const copies = readFileSync(join(ROOT, file), 'utf8').matchAll(/^COPY (?!--from)(.+) \S+$/gm);
  for (const [, sources = ''] of copies) {
    for (const source of sources.split(' ')) expect(existsSync(join(ROOT, source)), source).toBe(true);
  }
});

test('the job starts Node by options that this Node knows, with a program that is there', () => {
  const { options, program, env } = imageStart();
  const run = spawnSync(process.execPath, [...options, '--eval', ''], { env: { ...process.env, ...env } });
  expect([run.status, run.stderr.toString(), existsSync(join(ROOT, program))]).toEqual([0, '', true]);
});
