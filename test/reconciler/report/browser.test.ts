/** The page in a real browser: what a golden file cannot say about how it looks and what it loads. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunReport } from '../../../reconciler/model.ts';
import { renderHtml } from '../../../reconciler/report/html.ts';
import { describeWith } from '../../support/tools.ts';
import { HOSTILE_TEXTS, withTexts } from './hostile.ts';
import { FLEET, historyOf } from './many.ts';
import { SAMPLE } from './sample.ts';

/** Addresses and values without a blank are what makes a page wider than its window. */
const LONG = `https://127.0.0.1:38919/apis/apps/v1/namespaces/${'acme-app-'.repeat(40)}/deployments`;

const withLongWords: RunReport = {
  ...SAMPLE,
  tenants: SAMPLE.tenants.map((tenant) => ({
    ...tenant,
    error: tenant.error === null ? null : `${tenant.error} ${LONG}`,
    health: tenant.health && { ...tenant.health, healthy: false, reason: `GET ${LONG} answered 500` },
    findings: tenant.findings.map((finding) => ({
      ...finding,
      message: `could not be read: GET ${LONG}: HTTP 403`,
      source: LONG,
      want: finding.field === null ? null : LONG,
      have: finding.field === null ? null : { [LONG]: [LONG] },
    })),
    held: tenant.held.map((held) => ({ ...held, message: LONG })),
  })),
};

describeWith('chromium', 'the HTML report in a browser', (executablePath) => {
  let browser: Browser;
  let folder: string;
  const address = (name = 'report') => pathToFileURL(join(folder, `${name}.html`)).href;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plumb-page-'));
    const fleets = { one: 1, some: 200, many: 10_000 };
    for (const [name, size] of Object.entries(fleets)) {
      const report = FLEET(size);
      writeFileSync(join(folder, `${name}.html`), renderHtml(report, historyOf(report, 4)));
    }
    const hostile = {
      ...SAMPLE,
      tenants: HOSTILE_TEXTS.flatMap((text) => withTexts(SAMPLE, text).tenants),
    };
    writeFileSync(join(folder, 'hostile.html'), renderHtml(hostile));
    writeFileSync(join(folder, 'sample.html'), renderHtml(SAMPLE));
    writeFileSync(join(folder, 'report.html'), renderHtml(withLongWords));
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    [360, 'light'],
    [360, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)(
    'fits a window %i wide in %s, loads nothing and complains of nothing',
    async (width, colorScheme) => {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
      const said: string[] = [];
      const asked: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(error.message));
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(address());
      const seen = await page.evaluate<{ overflow: number; dark: boolean }>(`({
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      dark: getComputedStyle(document.body).backgroundColor === 'rgb(20, 23, 28)',
    })`);
      expect({ said, asked, ...seen }).toEqual({
        said: [],
        asked: [address()],
        overflow: 0,
        dark: colorScheme === 'dark',
      });
      await page.close();
    },
  );

  it('leads from every link to something on the page', async () => {
    const page = await browser.newPage();
    await page.goto(address());
    const links = await page.evaluate<string[]>(
      `[...document.querySelectorAll('a')].map((link) => link.getAttribute('href'))`,
    );
    expect(links.length).toBeGreaterThan(5);
    const lost = await page.evaluate<string[]>(
      `[...document.querySelectorAll('a')].filter((link) => !document.getElementById(decodeURIComponent(link.hash.slice(1)))).map((link) => link.href)`,
    );
    expect(lost).toEqual([]);
    await page.close();
  });

  /** A page that remembers what it said and asked for. */
  async function open(name: string, options: Parameters<Browser['newPage']>[0] = {}) {
    const page = await browser.newPage(options);
    const trouble: string[] = [];
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('dialog', (dialog) => {
      trouble.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url() !== address(name)) trouble.push(request.url());
    });
    await page.goto(address(name));
    return { page, trouble };
  }
  const shown = `[...document.querySelectorAll('[data-words]')].filter((each) => each.offsetParent !== null).map((each) => each.id)`;

  it.each(['one', 'some', 'many'])('opens, filters and follows anchors in a fleet of %s', async (name) => {
    const { page, trouble } = await open(name);
    const last = name === 'one' ? 'tenant-00000' : 'tenant-00124';
    await page.fill('#filter', last);
    await page.locator('#shown', { hasText: 'match' }).waitFor();
    await page.click('a[data-show="tenants"]');
    expect(await page.evaluate(shown)).toEqual([last]);
    await page.fill('#filter', 'nothing has this name');
    await page.locator('#shown', { hasText: '0 causes and 0 tenants match' }).waitFor();
    // A link to what the filter hides takes the filter away.
    await page.evaluate(`location.hash = '#${last}'`);
    await page.waitForSelector(`#${last}`, { state: 'visible' });
    expect(await page.inputValue('#filter')).toBe('');
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('opens what an anchor of a finding is in, and shows one view at a time', async () => {
    const { page } = await open('some');
    expect(await page.isVisible('#causes')).toBe(true);
    expect(await page.isVisible('#tenants')).toBe(false);
    const id = 'tenant-00001/changed:node-pool/gpu:autoscaling.maxNodeCount';
    await page.evaluate(`location.hash = ${JSON.stringify(`#${id}`)}`);
    await page.waitForSelector(`[id="${id}"]`, { state: 'visible' });
    expect(await page.isVisible('#causes')).toBe(false);
    await page.close();
  });

  it('can be read without script, and on paper with everything opened', async () => {
    const { page, trouble } = await open('some', { javaScriptEnabled: false });
    expect(await page.isVisible('#causes')).toBe(true);
    expect(await page.isVisible('#tenants')).toBe(true);
    expect(await page.isVisible('#filter')).toBe(false);
    await page.click('summary:has-text("tenant-00001")');
    expect(await page.isVisible('[id^="tenant-00001/missing"]')).toBe(true);
    expect(trouble).toEqual([]);
    await page.close();
    const { page: paper } = await open('some');
    await paper.emulateMedia({ media: 'print' });
    expect(await paper.isVisible('#tenants')).toBe(true);
    expect(await paper.isVisible('[id^="tenant-00004/missing"]')).toBe(true);
    await paper.close();
  });

  it('runs nothing and makes nothing of what hostile texts say', async () => {
    const { page, trouble } = await open('hostile');
    const found = await page.evaluate<string[]>(`[
      ...new Set([...document.querySelectorAll('*')].flatMap((each) => [
        each.localName,
        ...each.getAttributeNames().map((name) => '@' + name),
      ])),
    ].sort()`);
    const { page: plain } = await open('sample');
    const written = await plain.evaluate<string[]>(`[
      ...new Set([...document.querySelectorAll('*')].flatMap((each) => [
        each.localName,
        ...each.getAttributeNames().map((name) => '@' + name),
      ])),
    ].sort()`);
    expect(found.filter((each) => !written.includes(each))).toEqual([]);
    expect(trouble).toEqual([]);
    await page.close();
    await plain.close();
  });

  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('has nothing serious for axe to say in %s, %i wide', async (colorScheme, width) => {
    // axe is brought in past the page's own policy, which would not let it run.
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
    await page.goto(address('sample'));
    await page.evaluate(axe.source);
    for (const view of ['causes', 'tenants']) {
      await page.click(`a[data-show="${view}"]`);
      const { violations } = await page.evaluate<{
        violations: { id: string; impact: string; nodes: { html: string }[] }[];
      }>(`axe.run()`);
      const serious = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => [id, nodes[0]?.html]);
      expect(serious).toEqual([]);
    }
    await page.close();
  });
});
