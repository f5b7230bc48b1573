import fc from 'fast-check';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../../reconciler/model.ts';
import { renderText } from '../../../reconciler/report/text.ts';
import { FLEET, historyOf } from './many.ts';
import { IN_SYNC, SAMPLE } from './sample.ts';

const firstAndLast = (text: string) => [text.split('\n')[0], text.trimEnd().split('\n').at(-1)];

describe('the text report', () => {
  it('stays what it was, byte for byte', async () => {
    await expect(renderText(SAMPLE)).toMatchFileSnapshot('golden/sample.txt.golden');
  });

  it('counts what was never made as pending, in its answer and in the table, and not as drift', () => {
    const [missing] = SAMPLE.tenants
      .flatMap(({ findings }) => findings)
      .filter((each) => each.class === 'missing');
    const tenants = IN_SYNC.tenants.slice(0, 1).map((tenant) => ({
      ...tenant,
      verdict: 'pending' as const,
      appliedGeneration: null,
      findings: [missing!],
    }));
    const summary = { ...IN_SYNC.summary, tenants: 1, verdicts: { pending: 1 }, findings: { missing: 1 } };
    const text = renderText({ ...IN_SYNC, summary, tenants });
    expect(text).toMatch(/^Not in sync: 1 of 1 tenant \(1 pending\); pending: 1 change \(as of/);
    expect(text).toMatch(/\n\S+ +pending +none +1 /);
    expect(text).toMatch(
      /\n {2}pending: generation \d+, never applied; [^\n]*\n {4}gcp\n[^\n]*\n {8}- missing/,
    );
  });

  it('answers in its first line and again in its last', () => {
    const answer =
      'Not in sync: 4 of 5 tenants (1 drift, 1 unreadable, 1 invalid, 1 paused); ' +
      'drift: 1 missing, 3 changed, 1 extra; 1 unhealthy, 1 unreadable; pending: 1 change; 1 of them excepted ' +
      '(as of 2026-03-01 09:58:00Z).';
    expect(firstAndLast(renderText(SAMPLE))).toEqual([answer, answer]);
    const quiet = 'In sync: 2 tenants; no findings (as of 2026-03-01 10:00:05Z).';
    expect(firstAndLast(renderText(IN_SYNC))).toEqual([quiet, quiet]);
  });

  it('says the same with colour as without', () => {
    const painted = renderText(SAMPLE, { paint: pc.createColors(true) });
    expect(painted).not.toBe(renderText(SAMPLE));
    expect(painted.replace(/\u001b\[\d+m/g, '')).toBe(renderText(SAMPLE));
  });

  it('counts the quiet tenants of a large fleet instead of listing them', () => {
    const [quiet] = IN_SYNC.tenants;
    const names = Array.from({ length: 100 }, (_, index) => `t${index}`);
    const fleet: RunReport = {
      ...SAMPLE,
      summary: { ...SAMPLE.summary, tenants: SAMPLE.tenants.length + names.length },
      tenants: [...SAMPLE.tenants, ...names.map((name) => ({ ...quiet!, name }))],
    };
    expect(renderText(fleet)).toContain('101 more tenants with nothing to report');
    expect(renderText(fleet)).not.toContain('t42');
  });

  it('tells a finding of many tenants once, and nothing more of those that have no other', () => {
    const text = renderText(FLEET(48));
    expect(text).toContain(
      '  - missing nat/{tenant}-nat  [spec.network.nat]\n      same on 8 tenants: tenant-00001,',
    );
    expect(text.match(/who: cleanup@example\.com/g)).toHaveLength(1);
    expect(text).toContain('tenant-00001: drift');
    expect(text).toContain('  and 1 finding that others have too, see above');
    expect(text).not.toMatch(/^tenant-00007:/m);
    const [drift, pending] = text.split('Pending on several tenants; their records');
    expect(drift).not.toContain('» pending');
    expect(pending).toContain('  » pending deployment/web replicas: want 3 → have 2');
  });

  it('tells a place where each tenant has a value of its own once, with a line for each value', () => {
    const text = renderText(FLEET(120));
    expect(text).toContain(`
  ± changed node-pool/gpu autoscaling.maxNodeCount  [spec.cluster.nodePools[gpu].max]
      10 different values on 10 tenants:
        tenant-00001: want 2 → have 4 (first 2026-03-01 10:00:05Z)
        tenant-00013: want 2 → have 16 (`);
    expect(text.match(/maxNodeCount/g)).toHaveLength(1);
    expect(text).not.toContain('tenant-00001: drift');
  });

  it('loses no value by that', () => {
    const report = FLEET(300);
    const text = renderText(report);
    for (const { name, findings } of report.tenants) {
      for (const { field, have } of findings) {
        if (field !== 'autoscaling.maxNodeCount') continue;
        expect(text).toContain(`${name}: want 2 → have ${JSON.stringify(have)} (`);
      }
    }
  });

  it('never tells pending changes among drift', () => {
    const [acme] = SAMPLE.tenants;
    const pending = { ...acme!.findings[1]!, class: 'pending' as const, risk: 'replace' as const };
    const tenants = [{ ...acme!, findings: [pending, ...acme!.findings] }];
    const section = renderText({ ...SAMPLE, tenants }).split('acme: drift')[1]!;
    const [drift, rest] = section.split('  pending: generation 1');
    expect(drift).not.toContain('pending');
    expect(rest).toContain('        ± pending autoscaling.maxNodeCount: want 4 → have 8');
    expect(rest!.split('next:')[0]).not.toContain('changed');
  });

  it('has a density without findings that still answers first and last', () => {
    const text = renderText(SAMPLE, { density: 'summary' });
    expect(text).toContain('acme     drift        1 missing, 1 changed, 1 extra   0         unhealthy');
    expect(text).not.toContain('why:');
    const [first, last] = firstAndLast(text);
    expect(first).toBe(last);
  });

  it.each([40, 60, 80, 100, 140])('fits a window of %i characters, and loses no word in it', (width) => {
    const narrow = renderText(SAMPLE, { width });
    const broken = narrow
      .split('\n')
      .filter((line) => line.length > width && line.trim().split(' ').length > 1)
      // A table that has nothing left to leave out, and names that are longer than the window.
      .filter(
        (line) => !/^[A-Z]|^(acme|beta|delta|gamma|zeta) /.test(line) && line.trim().split(' ').length > 2,
      );
    expect(broken).toEqual([]);
    const words = (text: string) => text.split('acme: drift')[1]!.split(/\s+/);
    expect(words(narrow)).toEqual(words(renderText(SAMPLE)));
    expect(narrow.includes('Left out in this narrow window: AGE')).toBe(width <= 140);
  });

  it('says how counts moved since earlier passes over the same tenants', () => {
    const fleet = FLEET(120);
    const [first, last] = [renderText(fleet, { history: historyOf(fleet, 5) }), renderText(fleet)];
    expect(first).toContain(
      'Since 2026-03-01 05:00:09Z (6 passes): missing 0 → 20, changed 0 → 10, extra 0 → 10.',
    );
    expect(last).not.toContain('passes)');
    const other = historyOf(fleet, 5).map((each) => ({
      ...each,
      run: { ...each.run, shard: { index: 1, count: 2 } },
    }));
    expect(renderText(fleet, { history: other })).toBe(last);
  });

  it('lets no control character of a cluster through to the terminal', () => {
    const [acme] = SAMPLE.tenants;
    const [finding] = acme!.findings;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const value = `${text}\u001b[2J\u009b\u202e`;
        const report: RunReport = {
          ...SAMPLE,
          tenants: [
            {
              ...acme!,
              name: value,
              findings: [{ ...finding!, have: value, message: value, resource: value }],
            },
          ],
        };
        expect(renderText(report)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      }),
    );
  });
});
