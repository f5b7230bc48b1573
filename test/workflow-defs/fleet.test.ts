/** Ten thousand tenants share a handful of definitions, and none of them is in one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { previewRun } from '../../reconciler/preview-run.ts';
import { compile, FLOW_NAMES } from '../../workflow-defs/compile.ts';
import { anyTenant } from '../support/any-record.ts';
import { PLATFORM } from './platform.ts';

const SIZE = 10_000;

test('a fleet of 10,000 random records needs a few definitions, with no text of any tenant', () => {
  const texts = new Map<string, string>();
  for (const [i, tenant] of fc.sample(anyTenant, { numRuns: SIZE, seed: 7 }).entries()) {
    const { launch } = previewRun({
      tenant,
      generation: 1 + (i % 3),
      applied: null,
      ledger: undefined,
      active: undefined,
      platform: PLATFORM,
      requester: tenant.spec.owner,
      rules: [],
      directives: [],
      now: '2026-01-01T00:00:00Z',
    });
    if (launch === null) throw new Error(`nothing would be launched for ${tenant.metadata.name}`);
    const { name, source } = launch.definition;
    expect(texts.get(name) ?? source).toBe(source);
    texts.set(name, source);
    const { owner, project, network } = tenant.spec;
    for (const secret of [owner, project, network.subnet.range]) expect(source.includes(secret)).toBe(false);
    expect(JSON.stringify(launch.argument)).toContain(project);
  }
  for (const flow of FLOW_NAMES) texts.set(compile(flow, PLATFORM).name, compile(flow, PLATFORM).source);
  expect(texts.size).toBe(FLOW_NAMES.length);
});
