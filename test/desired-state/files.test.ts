/** Reading records from files, folders and stdin. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { formatLocated, parseRecords, readRecords } from '../../desired-state/files.ts';
import { aRecord, withValue } from './record.ts';

const named = (name: string) => withValue(aRecord(), 'metadata.name', name);

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-files-'));
  await mkdir(join(folder, 'below'));
  await writeFile(join(folder, 'b.yaml'), stringify(named('bb')));
  await writeFile(join(folder, 'a.json'), JSON.stringify(named('aa')));
  await writeFile(join(folder, 'note.txt'), 'not a record');
  await writeFile(join(folder, 'below', 'c.yml'), stringify(named('cc')));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const namesIn = async (...args: Parameters<typeof readRecords>) =>
  (await readRecords(...args)).map(({ record }) => record?.tenant.metadata.name);

const linesOf = (text: string) =>
  parseRecords(text, 'f.yaml').flatMap(({ problems }) => problems.map(formatLocated));

describe('readRecords', () => {
  it('reads YAML and JSON of a folder in name order, and not below it', async () => {
    expect(await namesIn([folder])).toEqual(['aa', 'bb']);
  });

  it('reads below a folder when asked', async () => {
    expect(await namesIn([folder], { recursive: true })).toEqual(['aa', 'bb', 'cc']);
  });

  it('reads several documents from stdin', async () => {
    const text = `${stringify(named('one'))}---\n${stringify(named('two'))}---\n`;
    expect(await namesIn(['-'], { stdin: Readable.from([text]) })).toEqual(['one', 'two']);
  });

  it.each([
    ['gone.yaml', /gone\.yaml: does not exist: check the path/],
    ['below/c.yml/x', /cannot be read \(ENOTDIR/],
  ])('says that %s cannot be read', async (path, message) => {
    const [document] = await readRecords([join(folder, path)]);
    expect(document).toMatchObject({ record: undefined });
    expect(document!.problems.map(formatLocated).join()).toMatch(message);
  });

  it('says that a folder holds no record', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const [document] = await readRecords([empty]);
    expect(document!.problems.map(formatLocated).join()).toContain('holds no *.yaml, *.yml or *.json file');
  });

  it('refuses a second record for one tenant, and names the first', async () => {
    const [first, second] = await readRecords([join(folder, 'a.json'), join(folder, 'a.json')]);
    expect(first!.problems).toEqual([]);
    expect(second!.record).toBeUndefined();
    expect(second!.problems.map(formatLocated).join()).toContain(`${join(folder, 'a.json')}:1 describes too`);
  });
});

describe('parseRecords', () => {
  it('points at the value, the key or the place where something is missing', () => {
    const text = [
      'apiVersion: plumbline.dev/v1alpha1',
      'kind: Tenant',
      'metadata:',
      '  name: acme',
      '  colour: red',
      'spec:',
      '  owner: 3',
    ].join('\n');
    const places = linesOf(text).map((line) => line.split(' ').slice(0, 2).join(' '));
    expect(places.slice(0, 3)).toEqual([
      'f.yaml:5:3: metadata.colour',
      'f.yaml:7:10: spec.owner',
      'f.yaml:7:3: spec.project',
    ]);
  });

  it('points into a list, by name', () => {
    const record = withValue(aRecord(), 'spec.cluster.nodePools.0.min', 9);
    expect(linesOf(stringify(record))).toEqual([
      'f.yaml:19:14: spec.cluster.nodePools[cpu].min is 9, above max, which is 3: lower min or raise max',
    ]);
  });

  it('gives each document of a file its own problems and lines', () => {
    const documents = parseRecords(`${stringify(named('one'))}---\nkind: Tenant\n`, 'f.yaml');
    expect(documents.map(({ problems }) => problems.length > 0)).toEqual([false, true]);
    expect(documents[1]!.line).toBeGreaterThan(documents[0]!.line);
  });

  it('refuses a key that stands twice', () => {
    expect(linesOf('kind: Tenant\nkind: Tenant\n')[0]).toMatch(
      /^f\.yaml:2:1: is not valid YAML: Map keys must be unique/,
    );
  });

  it('refuses text that is no YAML, with the place', () => {
    expect(linesOf('kind: [Tenant\nspec: }')[0]).toMatch(/^f\.yaml:\d+:\d+: is not valid YAML/);
  });

  it.each(['', '---\n', '# only a comment\n'])('says that %j holds no document', (text) => {
    expect(linesOf(text)).toEqual(['f.yaml: holds no document: write a record into it']);
  });

  it('says of a program or a picture that it is no text', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumb-binary-'));
    for (const [name, bytes] of [
      ['half.yaml', [0x61, 0xff, 0xfe]],
      ['nul.yaml', [0x61, 0x00]],
    ] as const) {
      const file = join(folder, name);
      await writeFile(file, Buffer.from(bytes));
      const [document] = await readRecords([file]);
      expect(document?.problems.map(formatLocated)).toEqual([
        `${file}: is not text in UTF-8: name a file that holds records, or save it as UTF-8`,
      ]);
    }
    await rm(folder, { recursive: true });
  });

  it('stops at a bomb of aliases', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg']) {
      bomb.push(`${to!}: &${to!} [${Array(9).fill(`*${from!}`).join(',')}]`);
    }
    expect(linesOf(bomb.join('\n'))[0]).toMatch(/Excessive alias count/);
  });

  it('stops at a document that holds itself', () => {
    expect(linesOf('spec: &a\n  again: *a\n').length).toBeGreaterThan(0);
  });

  it('stops at brackets without end', () => {
    expect(linesOf('['.repeat(20_000)).length).toBeGreaterThan(0);
  });

  it('reads words as YAML 1.2 does: no and on are texts', () => {
    const record = withValue(aRecord(), 'spec.workload.env', [{ name: 'A', value: 'VALUE' }]);
    const [document] = parseRecords(stringify(record).replace('VALUE', 'no'), 'f.yaml');
    expect(document!.record?.tenant.spec.workload.env).toEqual([{ name: 'A', value: 'no' }]);
  });

  it('never throws, and places every problem', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        for (const { record, problems } of parseRecords(text, 'f')) {
          expect(record === undefined).toBe(problems.length > 0);
          for (const { where } of problems) expect(where).toMatch(/^f(:[1-9]\d*:[1-9]\d*)?$/);
        }
      }),
    );
  });
});
