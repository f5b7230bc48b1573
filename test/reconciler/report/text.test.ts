import fc from 'fast-check';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../../reconciler/model.ts';
import { renderText } from '../../../reconciler/report/text.ts';
import { IN_SYNC, SAMPLE } from './sample.ts';

const firstAndLast = (text: string) => [text.split('\n')[0], text.trimEnd().split('\n').at(-1)];

describe('the text report', () => {
  it('stays what it was, byte for byte', async () => {
    await expect(renderText(SAMPLE)).toMatchFileSnapshot('golden/sample.txt.golden');
  });

  it('answers in its first line and again in its last', () => {
    const answer =
      'Not in sync: 4 of 5 tenants (1 drift, 1 unreadable, 1 invalid, 1 paused); ' +
      '1 missing, 3 changed, 1 extra, 1 unhealthy, 1 unreadable, 1 pending, 1 of them excepted (as of 2026-03-01 09:58:00Z).';
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
