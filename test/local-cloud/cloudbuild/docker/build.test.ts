/** `docker build` of the stand-in by itself: the same content is the same image, and what docker refuses is refused. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../../../local-cloud/cloudbuild/docker/build.ts';
import { LocalImages } from '../../../../local-cloud/cloudbuild/docker/images.ts';
import { inspect } from '../../../../local-cloud/cloudbuild/docker/inspect.ts';

type Files = Readonly<Record<string, string>>;

const FILES = {
  Dockerfile: 'FROM node:22\nCOPY server.js .\nCMD ["node", "server.js"]\n',
  'server.js': 'listen();\n',
};

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'plumb-docker-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder of its own with these files. */
function folderWith(files: Files): string {
  const folder = mkdtempSync(join(root, 'context-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** The digest of the image that `docker build FLAGS` makes of the files. */
function digestOf(files: Files, ...flags: string[]): string {
  const images = new LocalImages(mkdtempSync(join(root, 'images-')));
  build(['-t', 'app:v1', ...flags, folderWith(files)], images, () => undefined);
  return images.find('app:v1')!.digest;
}

describe('docker build', () => {
  it('gives one digest to one content, another to any other content, label, argument or file', () => {
    const first = digestOf(FILES);
    expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digestOf(FILES)).toBe(first);
    const others = [
      digestOf({ ...FILES, 'server.js': 'listen(1);\n' }),
      digestOf({ ...FILES, more: '' }),
      digestOf({ ...FILES, Dockerfile: `${FILES.Dockerfile}USER node\n` }),
      digestOf(FILES, '--label', 'revision=abc'),
      digestOf(FILES, '--build-arg=V=1'),
    ];
    expect(new Set([first, ...others]).size).toBe(6);
  });

  it('does not care about the order of labels', () => {
    expect(digestOf(FILES, '--label=a=1', '--label=b=2')).toBe(digestOf(FILES, '--label=b=2', '--label=a=1'));
  });

  it('leaves out what .dockerignore excludes, and git', () => {
    const ignoring = { ...FILES, '.dockerignore': 'logs\n*.tmp\n!keep.tmp\n' };
    const first = digestOf(ignoring);
    expect(digestOf({ ...ignoring, 'logs/a': '1', 'x.tmp': '1', '.git/index': '1' })).toBe(first);
    expect(digestOf({ ...ignoring, 'keep.tmp': '1' })).not.toBe(first);
  });

  it.each<[string, Files, string]>([
    ['no FROM', { Dockerfile: 'RUN true\n' }, 'no build stage in current context'],
    ['an empty Dockerfile', { Dockerfile: '# nothing\n' }, 'file with no instructions'],
    ['an unknown instruction', { Dockerfile: 'FROM x\nRUNN true\n' }, 'on line 2: unknown instruction: RUNN'],
    ['a source that is not there', { Dockerfile: 'FROM x\nCOPY gone .\n' }, 'stat gone: file does not exist'],
    ['an ignored source', { ...FILES, '.dockerignore': 'server.js' }, 'stat server.js: file does not exist'],
    ['no Dockerfile', { 'server.js': '' }, 'no such file or directory'],
  ])('refuses %s', (_, files, message) => {
    expect(() => digestOf(files)).toThrow(message);
  });

  it('refuses a flag it does not know', () => {
    expect(() => digestOf(FILES, '--squash')).toThrow('unknown flag: --squash');
  });

  it('understands stages, continued lines, here-documents, comments and arguments before FROM', () => {
    const Dockerfile = [
      '# syntax=docker/dockerfile:1',
      'ARG BASE=node:22',
      'FROM ${BASE} AS build',
      'RUN npm ci && \\',
      '  # a comment in between',
      '  npm run build',
      'RUN <<END',
      'not an instruction',
      'END',
      'COPY --chown=node ["server.js", "/app/"]',
      'FROM scratch',
      'COPY --from=build /app /app',
      'COPY *.js /',
      '',
    ].join('\n');
    expect(digestOf({ ...FILES, Dockerfile })).toMatch(/^sha256:/);
  });
});

describe('docker inspect', () => {
  const images = () => {
    const local = new LocalImages(mkdtempSync(join(root, 'images-')));
    build(['-t', 'app:v1', '--label=a=1', folderWith(FILES)], local, () => undefined);
    return local;
  };
  const inspected = (format: string): string => {
    const lines: string[] = [];
    inspect([`--format=${format}`, 'app:v1'], images(), (line) => lines.push(line));
    return lines.join('\n');
  };

  it('prints the template forms scripts use', () => {
    expect(inspected('{{json .RepoDigests}}')).toBe('[]');
    expect(inspected('{{index .RepoTags 0}} {{.Config.Labels}}')).toBe('app:v1 {"a":"1"}');
    expect(inspected('{{.Id}}')).toMatch(/^sha256:/);
  });

  it('refuses what it does not know, and what was never pushed', () => {
    expect(() => inspected('{{range .}}')).toThrow('does not know {{range .}}');
    expect(() => inspected('{{index .RepoDigests 0}}')).toThrow('index out of range');
    expect(() => inspect(['gone'], images(), () => undefined)).toThrow('No such object: gone');
  });
});
