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

/** Both views with everything opened; of what repeats by the hundred, the first ones stand for the rest. */
const ALL_SHOWN = `
  for (const view of document.querySelectorAll('[data-view]')) view.hidden = false;
  for (const list of document.querySelectorAll('[data-group], .body, .names')) {
    for (const more of [...list.children].slice(12)) more.remove();
  }
  for (const each of document.querySelectorAll('details')) each.open = true;
`;

const SIZES_AND_SCHEMES = [
  [360, 'light'],
  [360, 'dark'],
  [1280, 'light'],
  [1280, 'dark'],
] as const;

describeWith('chromium', 'the HTML report in a browser', (executablePath) => {
  let browser: Browser;
  let folder: string;
  const address = (name = 'report') => pathToFileURL(join(folder, `${name}.html`)).href;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plumb-page-'));
    const fleets = { one: 1, some: 200, thousands: 1_600, many: 10_000 };
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

  it.each(SIZES_AND_SCHEMES)(
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

  it('opens what a filter finds among thousands, closes it again, and opens by the keyboard', async () => {
    const { page } = await open('thousands');
    const isOpen = `[...document.querySelectorAll('details.group')].filter((each) => each.open).length`;
    await page.click('a[data-show="tenants"]');
    await page.fill('#filter', 'tenant-00124');
    await page.locator('#shown', { hasText: '1 tenants match' }).waitFor();
    expect(await page.evaluate(isOpen)).toBe(1);
    expect(await page.locator('h3:visible').allTextContents()).toEqual(['drift: 267 tenants']);
    await page.fill('#filter', '');
    await page.locator('#tenant-00124').waitFor({ state: 'hidden' });
    expect(await page.evaluate(isOpen)).toBe(0);
    await page.locator('summary', { hasText: 'tenant-00001 to' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#tenant-00001').waitFor({ state: 'visible' });
    await page.close();
  });

  it.each(['some', 'thousands'])(
    'opens what an anchor is in, of %s, in the one view it is in',
    async (name) => {
      const { page } = await open(name);
      expect(await page.isVisible('#causes')).toBe(true);
      expect(await page.isVisible('#tenants')).toBe(false);
      const id = 'tenant-00001/changed:node-pool/gpu:autoscaling.maxNodeCount';
      await page.evaluate(`location.hash = ${JSON.stringify(`#${id}`)}`);
      await page.waitForSelector(`[id="${id}"]`, { state: 'visible' });
      expect(await page.isVisible('#causes')).toBe(false);
      const top = `document.getElementById(${JSON.stringify(id)}).getBoundingClientRect().top`;
      expect(
        await page.evaluate(`${top} - document.querySelector('nav').getBoundingClientRect().bottom`),
      ).toBeGreaterThanOrEqual(0);
      await page.close();
    },
  );

  it('can be read without script', async () => {
    const { page, trouble } = await open('some', { javaScriptEnabled: false });
    expect(await page.isVisible('#causes')).toBe(true);
    expect(await page.isVisible('#tenants')).toBe(true);
    expect(await page.isVisible('#filter')).toBe(false);
    await page.click('summary:has-text("tenant-00001")');
    expect(await page.isVisible('[id^="tenant-00001/missing"]')).toBe(true);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it.each(['some', 'thousands'])('shows everything of %s on paper', async (name) => {
    const { page: paper } = await open(name);
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
    ['sample', SIZES_AND_SCHEMES],
    ['thousands', [SIZES_AND_SCHEMES[0], SIZES_AND_SCHEMES[3]]],
  ] as const)(
    'has nothing serious for axe to say of %s, narrow or wide, light or dark',
    async (name, sizes) => {
      // axe is brought in past the page's own policy, which would not let it run.
      const page = await browser.newPage({ bypassCSP: true });
      await page.goto(address(name));
      await page.evaluate(axe.source);
      await page.evaluate(ALL_SHOWN);
      const serious: unknown[] = [];
      for (const [width, colorScheme] of sizes) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        const { violations } = await page.evaluate<{
          violations: { id: string; impact: string; nodes: { html: string }[] }[];
        }>(`axe.run({ resultTypes: ['violations'] })`);
        for (const { id, impact, nodes } of violations) {
          if (impact !== 'serious' && impact !== 'critical') continue;
          serious.push([width, colorScheme, id, nodes[0]?.html]);
        }
      }
      expect(serious).toEqual([]);
      await page.close();
    },
  );
});
