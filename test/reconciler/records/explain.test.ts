import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseRecords } from '../../../desired-state/files.ts';
import { schemaAt, type SchemaNode } from '../../../desired-state/json-schema.ts';
import { tenantSchema } from '../../../desired-state/tenant.ts';
import { templateOf } from '../../../reconciler/records/template.ts';
import { command, inFolder } from '../cli/run.ts';

const schema = schemaAt([]) ?? {};
const inline = (value: unknown) => stringify(value, { collectionStyle: 'flow' }).trimEnd();

/** Every field of the schema, with its path. */
function fields(node: SchemaNode, path = ''): [string, SchemaNode][] {
  return Object.entries(node.properties ?? node.items?.properties ?? {}).flatMap(([key, child]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return [[at, child] as [string, SchemaNode], ...fields(child, at)];
  });
}

describe('plumb new', () => {
  it('writes a record that is right as it stands, for any name', () => {
    for (const name of ['acme', 'b', 'a-name-of-20-letters']) {
      const [document, ...more] = parseRecords(templateOf({ schema, name, inline }), 'new.yaml');
      expect([document?.problems, document?.warnings, more]).toEqual([[], [], []]);
      expect(document?.record?.tenant).toMatchObject({
        metadata: { name },
        spec: { project: `${name}-prod-1` },
      });
    }
  });

  it('has every field of the schema, and stays right when all of them are taken in', () => {
    const text = templateOf({ schema, name: 'acme', inline });
    // What is commented out is a key, or belongs to one; what explains is a sentence.
    const all = text.replace(/^( *)# (?=(?:# )*(?: *(?:- )?(?:# |[a-zA-Z]+:(?: |$))))/gm, '$1');
    const uncommented = tenantSchema.safeParse(parse(all));
    expect(uncommented.error?.issues ?? []).toEqual([]);
    expect(uncommented.data?.spec.maintenance?.windows).toHaveLength(1);
    expect(uncommented.data?.spec.cluster.nodePools[0]?.taints).toHaveLength(1);
    for (const [path] of fields(schema)) {
      const key = path.split('.').at(-1) ?? '';
      expect(text).toMatch(new RegExp(`^[ #-]*${key}:`, 'm'));
    }
  });

  it('goes to stdout, or to a file that is not there yet', async () => {
    await inFolder(async (cwd) => {
      const shown = await command(['new', 'tenant', 'umbrella'], { cwd });
      expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('  name: umbrella\n')]);
      const written = await command(['new', 'tenant', 'umbrella', '-o', 'umbrella.yaml'], { cwd });
      expect([written.code, written.stdout]).toEqual([0, '']);
      const again = await command(['new', 'tenant', 'umbrella', '-o', 'umbrella.yaml'], { cwd });
      expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('it is there already')]);
      const options = { cwd, env: { PLUMBLINE_STORE: 'embedded' } };
      expect((await command(['apply', '-f', join(cwd, 'umbrella.yaml')], options)).stdout).toBe(
        'tenant/umbrella created\n',
      );
    });
  });

  it('refuses a name that no tenant can have', async () => {
    for (const name of ['Umbrella', 'tenants', 'x'.repeat(21)]) {
      const { code, stdout, stderr } = await command(['new', 'tenant', name]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('NAME: metadata.name is');
    }
  });
});

describe('plumb explain', () => {
  it('tells type, meaning, choices, default and what must be written', async () => {
    const { stdout } = await command(['explain', 'spec.cluster']);
    expect(stdout).toMatch(
      /^KIND: {5}Tenant\nVERSION: {2}plumbline\.dev\/v1alpha1\n\nFIELD: {4}spec\.cluster <Object> -required-\n/,
    );
    expect(stdout).toContain(
      '  releaseChannel <string>\n    How early GKE upgrades the cluster.\n' +
        '    One of RAPID, REGULAR, STABLE\n    Default: REGULAR\n',
    );
    expect(stdout).toContain('  nodePools <[]Object> -required-\n');
    expect((await command(['explain', 'spec.cluster.nodePools[gpu].min'])).stdout).toContain(
      'From 0 to 1000',
    );
  });

  it('lists all fields below one in short', async () => {
    const { stdout } = await command(['explain', 'spec.workload', '--recursive']);
    expect(stdout).toContain(
      '  source <Object> -required-\n    repository <string> -required-\n    revision <string>\n',
    );
  });

  it('knows every field of the schema, and says what each is for', async () => {
    for (const [path, node] of fields(schema)) {
      expect(node.description ?? node.const ?? path).not.toBe(path);
      expect((await command(['explain', path])).code).toBe(0);
    }
  });

  it('names the nearest field for one it does not know', async () => {
    const { code, stderr } = await command(['explain', 'spec.cluster.nodePool']);
    expect([code, stderr]).toEqual([
      1,
      'error: spec.cluster has no field nodePool; did you mean nodePools?\n',
    ]);
    expect((await command(['explain', 'spec cluster'])).code).toBe(2);
  });
});
