/** What parseTenant says about records, right ones and wrong ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inSchemaOrder, parseTenant } from '../../desired-state/parse.ts';
import type { ParseResult } from '../../desired-state/parse.ts';
import type { Json } from '../../reconciler/model.ts';
import { aRecord, withValue } from './record.ts';

/** `path message: cure` of each problem. */
const linesOf = (result: ParseResult): string[] =>
  result.ok ? [] : result.problems.map(({ path, message, cure }) => `${path} ${message}: ${cure}`);

const problemsWith = (path: string, value: unknown) =>
  linesOf(parseTenant(withValue(aRecord(), path, value)));

describe('parseTenant', () => {
  it('fills in every default', () => {
    const result = parseTenant(aRecord());
    expect(result).toMatchObject({
      ok: true,
      warnings: [],
      tenant: {
        metadata: { labels: {} },
        spec: {
          network: { nat: { minPortsPerVm: 64 } },
          cluster: { releaseChannel: 'REGULAR', nodePools: [{ diskSizeGb: 100, labels: {}, taints: [] }] },
          build: { machineType: 'e2-standard-2', diskSizeGb: 100 },
          workload: { port: 8080, env: [], autoscaling: { min: 2, max: 5, cpuUtilization: 70 } },
        },
      },
    });
  });

  it('keeps what was written apart from what the program uses', () => {
    expect(parseTenant(aRecord())).toMatchObject({ ok: true, written: aRecord() });
  });

  it('reads back what it kept', () => {
    const first = parseTenant(aRecord());
    if (!first.ok) throw new Error('the record is right');
    expect(parseTenant(first.written)).toEqual(first);
  });

  it('takes what get showed: hands out the etag and drops what the system adds', () => {
    const shown = withValue(aRecord(), 'metadata', {
      name: 'acme',
      generation: 3,
      etag: 'e-1',
      createdAt: '2026-01-01T00:00:00Z',
      updatedAt: '2026-01-01T00:00:00Z',
      updatedBy: 'ann@example.com',
    });
    const result = parseTenant({ ...shown, status: { phase: 'DEPLOYED' } });
    expect(result).toMatchObject({ ok: true, etag: 'e-1', written: aRecord() });
    expect(result.warnings).toMatchObject([{ path: 'status', message: 'is ignored' }]);
  });

  it('knows no etag where none is written', () => {
    expect(parseTenant(aRecord())).toMatchObject({ ok: true, etag: undefined });
    expect(problemsWith('metadata.etag', 3)).toEqual([
      'metadata.etag is the number 3, but must be the text that get showed: remove it to apply whatever is stored, ' +
        'or get the record again',
    ]);
  });

  it('tells all problems at once, in reading order, whatever else is wrong', () => {
    let record = withValue(aRecord(), 'kind', 'Tennant');
    record = withValue(record, 'spec.ownr', 'x');
    record = withValue(record, 'spec.network.subnet.pods', '10.10.0.0/16');
    record = withValue(record, 'spec.cluster.nodePools.0.min', 9);
    record = withValue(record, 'spec.workload.port', 'http');
    expect(linesOf(parseTenant(record)).map((line) => line.split(' ')[0])).toEqual([
      'kind',
      'spec.network.subnet.pods',
      'spec.network.subnet.services',
      'spec.cluster.nodePools[cpu].min',
      'spec.workload.port',
      'spec.ownr',
    ]);
  });

  it.each([
    ['spec.ownr', 1, 'spec.ownr is not a known field: did you mean "owner"?'],
    [
      'spec.cluster.nodePools.0.maxx',
      1,
      'spec.cluster.nodePools[cpu].maxx is not a known field: did you mean "max"?',
    ],
    ['metadata.nmae', 'x', 'metadata.nmae is not a known field: did you mean "name"?'],
    [
      'metadata.annotations',
      {},
      'metadata.annotations is not a known field: remove it; known here: name, labels',
    ],
    [
      'spec.region',
      undefined,
      'spec.region is missing: add it (Google Cloud region of everything, e.g. us-central1)',
    ],
    ['spec.owner', 3, 'spec.owner is the number 3, but must be a text: put it in quotes: "3"'],
    [
      'spec.workload.port',
      '8080',
      'spec.workload.port is the text "8080", but must be a whole number: write it without quotes: 8080',
    ],
    [
      'spec.workload.port',
      80.5,
      'spec.workload.port is the number 80.5, but must be a whole number: correct it (Port the container listens on)',
    ],
    [
      'spec.workload.port',
      70_000,
      'spec.workload.port is the number 70000, but must be at most 65535: choose a number from 1 to 65535',
    ],
    [
      'spec.workload.env',
      {},
      'spec.workload.env is an object, but must be a list: write a list: one "- " per item',
    ],
    [
      'spec.network',
      null,
      'spec.network is null, but must be an object: give it a value, or leave the line out: null means nothing here',
    ],
    ['spec.cluster.nodePools', [], 'spec.cluster.nodePools is an empty list: add at least one item'],
    [
      'spec.cluster.releaseChannel',
      'REGULR',
      'spec.cluster.releaseChannel is the text "REGULR", but must be one of RAPID, REGULAR, STABLE: did you mean "REGULAR"?',
    ],
    [
      'apiVersion',
      'v1',
      'apiVersion is the text "v1", but must be "plumbline.dev/v1alpha1": write "plumbline.dev/v1alpha1"',
    ],
    [
      'metadata.name',
      'A',
      'metadata.name is the text "A", which does not fit: use 1 to 20 lowercase letters, digits and dashes, starting with a letter',
    ],
    [
      'spec.workload.health',
      { path: 'x' },
      'spec.workload.health.path is the text "x", which does not fit: start it with "/"',
    ],
    [
      'spec.workload.source.repository',
      'file:///etc',
      'spec.workload.source.repository is the text "file:///etc", which does not fit: use the https URL of a git repository, in ASCII and without spaces',
    ],
    [
      'spec.workload.source.folder',
      '../..',
      'spec.workload.source.folder is the text "../..", which does not fit: use a path inside the repository, without "..": letters, digits, ".", "_", "/" and "-"',
    ],
  ])('of %s = %j says what, and how to go on', (path, value, line) => {
    expect(problemsWith(path, value)).toEqual([line]);
  });

  it('points at a label key that cannot be used', () => {
    expect(problemsWith('metadata.labels', { 'Cost Centre': 'x' })).toEqual([
      'metadata.labels["Cost Centre"] is not a key that can be used here: use a lowercase key of at most 63 letters, ' +
        'digits, dashes, underscores',
    ]);
  });

  it.each([[null], [undefined], [[]], ['text'], [3], [true]])('refuses %j as a record', (value) => {
    expect(parseTenant(value)).toMatchObject({ ok: false, problems: [{ path: '' }] });
  });

  it.each(['metadata.labels', 'spec.cluster.nodePools.0.labels', 'spec'])(
    'refuses the key __proto__ in %s',
    (path) => {
      const record = withValue(aRecord(), path, JSON.parse('{"__proto__": {"polluted": "x"}}') as Json);
      expect(
        linesOf(parseTenant(record)).some(
          (line) => line.includes('["__proto__"]') || line.includes('__proto__'),
        ),
      ).toBe(true);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );

  it.each([
    ['spec.workload.env', [{ name: 'A', value: 'x\ud800' }], 'spec.workload.env[A].value'],
    ['spec.cluster.nodePools.0.labels', { 'x\ud800': 'x' }, 'spec.cluster.nodePools[cpu].labels["x\\ud800"]'],
  ])('refuses half a character in %s, which no UTF-8 can say', (path, value, where) => {
    expect(problemsWith(path, value)).toEqual([
      `${where} holds half a character: write it as valid Unicode text`,
    ]);
  });

  it.each([
    'https://a.example/x y',
    ' https://a.example/x',
    'https://a.example/x\n',
    'https:\\\\a.example',
    'https://',
  ])('takes a repository as it is written or not at all: %j', (url) => {
    expect(problemsWith('spec.workload.source.repository', url)).toHaveLength(1);
  });

  it('refuses what is nested too deep, in time', () => {
    let deep: Json = 1;
    for (let level = 0; level < 50_000; level += 1) deep = [deep];
    expect(linesOf(parseTenant({ ...aRecord(), extra: deep }))).toMatchObject([
      expect.stringContaining('is nested 32 levels deep'),
    ]);
  });

  it('refuses what refers to itself', () => {
    const record: Record<string, unknown> = { ...aRecord() };
    record['spec'] = record;
    expect(parseTenant(record).ok).toBe(false);
  });

  it('shows a hundred problems of a thousand, and how many more there are', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`x${index}`, 1]));
    const lines = linesOf(parseTenant({ ...aRecord(), ...many }));
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toContain('900 more problems');
  });

  it('keeps control characters and long texts out of its messages', () => {
    const [line = ''] = problemsWith('spec.region', `\u001b[31m${'x'.repeat(10_000)}`);
    expect(line).toContain('\\u001b[31m');
    expect(line).toContain('(10005 characters)');
    expect(line.length).toBeLessThan(300);
  });

  it('never throws, and never takes what it cannot use', () => {
    const anything = fc.anything({
      withNullPrototype: true,
      withBigInt: true,
      withDate: true,
      withMap: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        const result = parseTenant(value);
        expect(result.ok).toBe(false);
        if (!result.ok) expect(result.problems.length).toBeGreaterThan(0);
      }),
    );
  });

  it('never throws for a right record with anything in any place', () => {
    const paths = pathsOf(aRecord());
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.anything(), (path, value) => {
        const result = parseTenant(withValue(aRecord(), path, value));
        if (!result.ok) {
          for (const { message, cure } of result.problems) {
            expect(message).not.toBe('');
            expect(cure).not.toBe('');
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('inSchemaOrder', () => {
  it('puts the keys of a record in the order people read them', () => {
    const sorted = sortKeys(aRecord());
    const ordered = inSchemaOrder(sorted) as Record<string, Json>;
    expect(Object.keys(ordered)).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
    expect(Object.keys(ordered['spec'] as object)).toEqual([
      'owner',
      'project',
      'region',
      'network',
      'cluster',
      'workload',
    ]);
    expect(ordered).toEqual(sorted);
  });
});

function pathsOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return path === '' ? [] : [path];
  const below = Object.entries(value).flatMap(([key, item]) =>
    pathsOf(item, path === '' ? key : `${path}.${key}`),
  );
  return path === '' ? below : [path, ...below];
}

function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return (value as Json[]).map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, item]) => [key, sortKeys(item)]),
  );
}
