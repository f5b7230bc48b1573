/** The schema editors use is the one the parser uses, and the examples follow both. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecords } from '../../desired-state/files.ts';
import { recordedSchema, schemaAt, tenantJsonSchema } from '../../desired-state/json-schema.ts';
import type { SchemaNode } from '../../desired-state/json-schema.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLES = join(ROOT, 'desired-state', 'examples');

describe('the JSON Schema', () => {
  it('in the repository is the generated one (npx node scripts/record-schema.ts writes it)', async () => {
    expect(await readFile(join(ROOT, recordedSchema.path), 'utf8')).toBe(recordedSchema.text());
  });

  it('is draft 2020-12 with a title', () => {
    expect(tenantJsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Tenant (plumbline.dev/v1alpha1)',
    });
  });

  it('describes every field', () => {
    const bare: string[] = [];
    const visit = (node: SchemaNode, path: string) => {
      if (node.description === undefined) bare.push(path);
      for (const [key, child] of Object.entries(node.properties ?? {})) visit(child, `${path}.${key}`);
      for (const [key, child] of Object.entries(node.items?.properties ?? {}))
        visit(child, `${path}[].${key}`);
    };
    visit(schemaAt([])!, '');
    expect(bare).toEqual([]);
  });

  it('knows no field the record does not have', () => {
    expect(schemaAt(['spec', 'cluster', 'nodePools', 3, 'max'])).toMatchObject({ type: 'integer' });
    expect(schemaAt(['spec', 'nope', 'deeper'])).toBeUndefined();
    expect(schemaAt(['constructor'])).toBeUndefined();
  });
});

describe('the examples', () => {
  it('are right records without a warning', async () => {
    const documents = await readRecords([EXAMPLES]);
    expect(documents.map(({ problems, warnings }) => [...problems, ...warnings])).toEqual([[], [], []]);
    expect(documents.map(({ record }) => record?.tenant.metadata.name)).toEqual([
      'acme',
      'globex',
      'initech',
    ]);
  });

  it('name the schema for editors in their first line', async () => {
    for (const file of (await readdir(EXAMPLES)).filter((name) => name.endsWith('.yaml'))) {
      const [first] = (await readFile(join(EXAMPLES, file), 'utf8')).split('\n');
      expect(first).toBe('# yaml-language-server: $schema=../schema/tenant.v1alpha1.json');
    }
  });

  it('have one shape: the same keys, other values', async () => {
    const documents = await readRecords([EXAMPLES]);
    const [acme, globex, initech] = documents.map(({ record }) => keysOf(record!.written));
    expect(globex).toEqual(acme);
    expect(initech).toEqual(acme);
  });
});

function keysOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(keysOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, keysOf(item)]));
}
