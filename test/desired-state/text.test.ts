import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseRecords } from '../../desired-state/files.ts';
import { retold } from '../../desired-state/retell.ts';
import { says, textOfDocument, withSystemFields } from '../../desired-state/text.ts';
import type { Json } from '../../reconciler/model.ts';
import { EXAMPLES } from '../reconciler/cli/run.ts';
import { withValue, type Loose } from './record.ts';

const SYSTEM = {
  generation: 3,
  etag: 'e-1',
  createdAt: '2026-01-01T00:00:00.5Z',
  updatedBy: 'ann@example.com',
};
const STATUS: Json = {
  phase: null,
  lastError: 'terraform failed\n  # no comment: text\n',
  health: { healthy: true },
};

const example = (name: string) => {
  const text = readFileSync(join(EXAMPLES, `${name}.yaml`), 'utf8');
  return { text, record: parse(text) as Loose };
};

/** The lines that one text has and the other has not. */
function moved(before: string, after: string): { gone: string[]; come: string[] } {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  return {
    gone: old.filter((line) => !fresh.includes(line)),
    come: fresh.filter((line) => !old.includes(line)),
  };
}

describe('the text of a record', () => {
  it.each(['acme', 'globex', 'initech'])('of %s is the file, byte for byte', (name) => {
    const { text, record } = example(name);
    expect(textOfDocument(text, record)).toBe(text);
  });

  it.each([
    ['the examples’ layout', example('acme').text],
    ['keys in one line', 'metadata: {name: acme}\nspec: {a: 1}\n'],
    [
      'a comment behind the last key of the metadata',
      'metadata:\n    name: acme # ours\n    # more\n\n# about\nspec:\n- 1\n',
    ],
    ['a comment at the end', 'metadata:\n  labels:\n    a: b\nspec: {}\n# the end\n'],
    ['metadata last', 'spec: {}\nmetadata:\n  name: acme\n'],
    ['a quoted key', '"spec": {}\n"metadata":\n  "name": "acme"\n'],
  ])('is the same after what the system adds was put in and taken out: %s', (_, text) => {
    const record = parse(text) as Json;
    const shown = withSystemFields(text, SYSTEM, STATUS);
    expect(parse(shown)).toMatchObject({ metadata: SYSTEM, status: STATUS });
    expect(textOfDocument(shown, record)).toBe(text);
    expect(textOfDocument(`---\n${shown}...\n`, record)).toBe(text);
  });

  it('is cut out of a file of several documents with the comments above each', () => {
    const { text } = example('acme');
    const other = example('globex').text;
    const records = parseRecords(`# the first\r\n---\n${text}---\n${other}`, 'both.yaml');
    expect(records.map(({ record }) => record?.text)).toEqual([`# the first\n${text}`, other]);
  });

  it('is not kept of JSON, which has no comments, nor where directives would have to come along', () => {
    const { text, record } = example('acme');
    expect(textOfDocument(JSON.stringify(record, null, 2), record)).toBeUndefined();
    expect(textOfDocument(`%TAG !e! tag:example.com,2000:\n---\n${text}`, record)).toBeUndefined();
  });
});

describe('a text that is made to say another record', () => {
  it('changes in the lines of the values that changed, and nowhere else', () => {
    const { text, record } = example('acme');
    const changed = withValue(
      withValue(record, 'spec.cluster.nodePools.1.min', 1),
      'spec.workload.env.0.value',
      "it's",
    );
    const after = retold(text, changed);
    expect(says(after, changed)).toBe(true);
    expect(moved(text, after)).toEqual({
      gone: [
        '        min: 0 # no GPU is paid for until a pod asks for one',
        "        value: 'Hello from Acme'",
      ],
      come: ['        min: 1 # no GPU is paid for until a pod asks for one', "        value: 'it''s'"],
    });
  });

  it('keeps comments and order where keys and items come and go', () => {
    const { text, record } = example('acme');
    const labels = { tier: 'gold', wave: '1' };
    const [, gpu] = (record['spec'] as { cluster: { nodePools: Json[] } }).cluster.nodePools;
    const changed = withValue(
      withValue(withValue(record, 'metadata.labels', labels), 'spec.build', undefined),
      'spec.cluster.nodePools',
      [gpu],
    );
    const after = retold(text, changed);
    expect(says(after, changed)).toBe(true);
    expect(moved(text, after).come).toEqual(["    wave: '1'"]);
    expect(after).toContain('        min: 0 # no GPU is paid for until a pod asks for one\n');
    expect(after).toContain('        # Keeps ordinary pods off the GPUs.\n');
  });

  it('leaves alone whoever else refers to an anchor', () => {
    const text = 'a: &one { x: 1 } # first\nb: *one\n';
    const changed = { a: { x: 1 }, b: { x: 2 } };
    const after = retold(text, changed);
    expect(says(after, changed)).toBe(true);
    expect(after).toContain('# first');
  });

  it('says the record in any case, whatever the text was', () => {
    const json = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), tie('value'), {
          maxKeys: 4,
          noNullPrototype: true,
        }),
      ),
    })).value;
    const object = fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), json, {
      maxKeys: 4,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(object, object, (before, after) => {
        const text = `# kept\n${retold('', before)}`;
        expect(says(retold(text, after as Json), after as Json)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('is ours when it was no text at all', () => {
    expect(retold('[: nothing', { b: 1, a: 2 })).toBe('a: 2\nb: 1\n');
  });
});
