/** The page in a real browser: what a golden file cannot say about how it looks and what it loads. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunReport } from '../../../reconciler/model.ts';
import { renderHtml } from '../../../reconciler/report/html.ts';
import { describeWith } from '../../support/tools.ts';
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
  const address = () => pathToFileURL(join(folder, 'report.html')).href;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plumb-page-'));
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
    await page.click('a[href="#acme"]');
    expect(
      await page.evaluate<number>(`document.getElementById('acme').getBoundingClientRect().top`),
    ).toBeLessThan(400);
    await page.close();
  });
});
