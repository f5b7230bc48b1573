import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findingKey, type FindingClass } from '../../../reconciler/model.ts';
import { renderHtml } from '../../../reconciler/report/html.ts';
import { Markup, anchor, html } from '../../../reconciler/report/markup.ts';
import { SCRIPT, SCRIPT_HASH } from '../../../reconciler/report/script.ts';
import { STYLE, STYLE_HASH } from '../../../reconciler/report/style.ts';
import { hostileText, withTexts } from './hostile.ts';
import { FLEET, historyOf } from './many.ts';
import { IN_SYNC, SAMPLE, finding, tenant } from './sample.ts';
import { skeleton } from './skeleton.ts';

describe('the HTML report', () => {
  it('stays what it was, byte for byte', async () => {
    await expect(renderHtml(SAMPLE)).toMatchFileSnapshot('golden/sample.html.golden');
    expect(renderHtml(structuredClone(SAMPLE))).toBe(renderHtml(SAMPLE));
  });

  it('shows no details when all are in sync', () => {
    const page = renderHtml(IN_SYNC);
    expect(page).toContain('<h1>In sync: 2 tenants</h1>');
    expect(page).not.toContain('<details');
    expect(page).toContain('2 tenants with nothing to report');
  });

  /** So many of them that they are told in lines. */
  const LARGE = { ...SAMPLE, tenants: Array.from({ length: 150 }, () => SAMPLE.tenants).flat() };

  it.each([
    ['small', SAMPLE, 60],
    ['large', LARGE, 6],
  ])(
    'holds no element and no attribute that the template did not write, whatever the texts of a %s fleet are',
    (_size, report, numRuns) => {
      const plain = skeleton(renderHtml(withTexts(report, 'x')));
      fc.assert(
        fc.property(hostileText, (text) => {
          expect(skeleton(renderHtml(withTexts(report, text)))).toEqual(plain);
        }),
        { numRuns },
      );
    },
  );

  it('tells of each tenant among thousands what it tells of one among few', () => {
    const [small, large] = [renderHtml(FLEET(12)), renderHtml(FLEET(3000))];
    expect(small).toContain('<table>');
    expect(large).not.toContain('<table>');
    const said = [
      'id="tenant-00001/changed:node-pool/gpu:autoscaling.maxNodeCount"',
      'DEPLOYED, generation 1, applied 1, 14 resources',
      'it was changed behind the record',
      'cleanup@example.com at 2026-02-28 21:55:00Z, by v1.compute.routers.patch (audit log, high confidence)',
      'provision held, approval: replacing a node pool needs an approval',
      'plumb approve tenant-00001 --plan 0000000000000001 --reason &#39;WHY&#39;',
      'plumb accept tenant-00001 --resource node-pool/gpu --field autoscaling.maxNodeCount',
      'endpoint checked: answered 200',
    ];
    for (const words of said) {
      expect(small).toContain(words);
      expect(large).toContain(words);
    }
  });

  it('forbids loading, and lets exactly its own stylesheet and script in', () => {
    const hash = (source: string) => `sha256-${createHash('sha256').update(source).digest('base64')}`;
    expect([STYLE_HASH, SCRIPT_HASH]).toEqual([hash(STYLE), hash(SCRIPT)]);
    const page = renderHtml(SAMPLE);
    expect(page).toContain(`<style>${STYLE}</style>`);
    expect(page).toContain(`<script>${SCRIPT}</script>`);
    expect(page).toContain('default-src &#39;none&#39;');
    expect(page).not.toMatch(/unsafe-inline|<link|\sstyle=|\ssrc=|\son[a-z]+=|https?:/);
    expect(page.match(/<(script|style)/g)).toEqual(['<style', '<script']);
  });

  it('stays small and has few things to open for ten thousand tenants, each of which it can be led to', () => {
    const report = FLEET(10_000);
    const page = renderHtml(report, historyOf(report, 6));
    expect(Buffer.byteLength(page)).toBeLessThan(10_000_000);
    expect(page.match(/<[a-z]/g)!.length).toBeLessThan(45_000);
    expect(page.match(/<details/g)!.length).toBeLessThan(100);
    expect(page).not.toContain('hunter2');
    const ids = new Set([...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
    const wanted = report.tenants.flatMap(({ name, findings }) => [
      anchor(name),
      ...findings.map((finding) => anchor(name, findingKey(finding))),
    ]);
    expect(wanted.filter((id) => !ids.has(id))).toEqual([]);
  });

  it('folds what tenants share, and what differs from tenant to tenant in its values alone', () => {
    const page = renderHtml(FLEET(120));
    expect(page.match(/<details class="cause" id="/g)).toHaveLength(3);
    expect(page.match(/<details class="cause" data-group>/g)).toHaveLength(2);
    expect(page).toContain('10 different values');
    expect(page).toContain('want 2 &#8594; have 4; for 0m; held: approval');
  });

  it('keeps each character to one byte of a browser, and says it no less', () => {
    const page = renderHtml(withTexts(SAMPLE, '東京 🚀'));
    expect(page).not.toMatch(/[\u{100}-\u{10ffff}]/u);
    expect(page).toContain('&#26481;&#20140; &#128640;');
  });

  it('says of a whole resource that it is there or not, never that its value is none', () => {
    const of = (kind: FindingClass) =>
      renderHtml({
        ...SAMPLE,
        tenants: [
          tenant({ name: 'a', verdict: 'drift', findings: [finding({ class: kind, resource: 'nat/x' })] }),
        ],
      });
    const sides = (page: string) =>
      [...page.matchAll(/<td><span class="quiet">(.*?)<\/span><\/td>/g)].map(([, side]) => side);
    expect(sides(of('missing'))).toEqual(['present', 'absent']);
    expect(sides(of('extra'))).toEqual(['absent', 'present']);
    expect(sides(of('unreadable'))).toEqual(['', 'not read']);
  });

  it('keeps the findings in view when many orders are in force', () => {
    const paused = (name: string) =>
      tenant({
        name,
        verdict: 'paused',
        paused: { by: name, reason: 'WHY', since: '2026-03-01T09:00:00Z', until: '2026-03-02T09:00:00Z' },
      });
    const orders = (count: number) => {
      const names = Array.from({ length: count }, (_, index) => `tenant-${index}`);
      const page = renderHtml({ ...IN_SYNC, tenants: names.map(paused) });
      return page.slice(page.indexOf('<h2 id="orders/Paused">'), page.indexOf('<nav'));
    };
    expect(orders(5)).not.toContain('<details');
    expect(orders(8)).toContain('<summary>3 more</summary>');
    expect(orders(8).match(/<li>/g)).toHaveLength(8);
  });

  it('leads from the count of those in sync to tenants, which no cause has', () => {
    expect(renderHtml(SAMPLE)).toContain('<a href="#tenants" data-filter="verdict:in-sync"');
    expect(renderHtml(SAMPLE)).toContain('<a href="#causes" data-filter="class:missing"');
  });

  it('draws how counts moved, with the numbers for who cannot see the line', () => {
    const report = FLEET(120);
    expect(renderHtml(report)).not.toContain('<svg');
    expect(renderHtml(report, historyOf(report, 3))).toContain(
      'aria-label="- missing over 4 passes: 0, 7, 13, 20"',
    );
  });

  it('offers three choices per finding as commands that can be run', () => {
    const page = renderHtml(SAMPLE);
    expect(page).toContain('plumb approve acme --plan 0123456789abcdef --reason &#39;WHY&#39;');
    expect(page).toContain('plumb accept acme --resource node-pool/gpu --field autoscaling.maxNodeCount');
    expect(page).toContain(
      'plumb except acme --finding missing:nat/acme-nat --missing --reason &#39;WHY&#39; --until 14d',
    );
  });

  it('gives every finding an id of its own that the next report repeats', () => {
    const ids = [...renderHtml(SAMPLE).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('acme/changed:node-pool/gpu:autoscaling.maxNodeCount');
    const later = { ...SAMPLE, run: { ...SAMPLE.run, id: 'run-2', finishedAt: '2026-03-02T10:00:00Z' } };
    expect([...renderHtml(later).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)).toEqual(ids);
  });
});

describe('the html tag', () => {
  it('escapes text, keeps nested markup, joins lists and shows nothing for false and null', () => {
    const items = ['<a>', 'b & c'].map((item) => html`<b>${item}</b>`);
    expect(html`<p title="${'"'}">${items}${null}${false}</p>`.toString()).toBe(
      '<p title="&quot;"><b>&lt;a&gt;</b><b>b &amp; c</b></p>',
    );
  });

  it('refuses a stylesheet and a script that would end their own element, or need references', () => {
    expect(() => Markup.style('a {} </STYLE ><b>')).toThrow('must not end its own element');
    expect(() => Markup.script('</script >')).toThrow('must not end its own element');
    expect(() => Markup.style("a::after { content: '→' }")).toThrow('cannot hold character references');
    expect(() => Markup.script("'→'")).toThrow('cannot hold character references');
  });

  it('makes different ids of different names', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(anchor(one) === anchor(other)).toBe(one === other);
        expect(anchor(one)).toMatch(/^[A-Za-z0-9./:=[\]_-]*$/);
      }),
    );
  });
});
