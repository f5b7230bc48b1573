import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../../reconciler/report/html.ts';
import { Markup, anchor, html } from '../../../reconciler/report/markup.ts';
import { STYLE, STYLE_HASH } from '../../../reconciler/report/style.ts';
import { hostileText, withTexts } from './hostile.ts';
import { IN_SYNC, SAMPLE } from './sample.ts';
import { skeleton } from './skeleton.ts';

describe('the HTML report', () => {
  it('stays what it was, byte for byte', async () => {
    await expect(renderHtml(SAMPLE)).toMatchFileSnapshot('golden/sample.html.golden');
    expect(renderHtml(structuredClone(SAMPLE))).toBe(renderHtml(SAMPLE));
  });

  it('shows no tenant section when all are in sync', () => {
    const page = renderHtml(IN_SYNC);
    expect(page).toContain('<h1>In sync: 2 tenants</h1>');
    expect(page).not.toContain('<section>');
  });

  it('holds no element and no attribute that the template did not write, whatever the texts are', () => {
    const plain = skeleton(renderHtml(withTexts(SAMPLE, 'x')));
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(skeleton(renderHtml(withTexts(SAMPLE, text)))).toEqual(plain);
      }),
      { numRuns: 200 },
    );
  });

  it('forbids scripts and loading, and lets exactly its own stylesheet in', () => {
    expect(STYLE_HASH).toBe(`sha256-${createHash('sha256').update(STYLE).digest('base64')}`);
    const page = renderHtml(SAMPLE);
    expect(page).toContain(`<style>${STYLE}</style>`);
    expect(page).toContain('default-src &#39;none&#39;');
    expect(page).not.toMatch(/<script|<link|\sstyle=|\ssrc=|https?:/);
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

  it('refuses a stylesheet that would end its own element', () => {
    expect(() => Markup.style('a {} </STYLE ><b>')).toThrow('must not end its own element');
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
