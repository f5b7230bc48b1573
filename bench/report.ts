/**
 * What a report of a fleet costs to render, against writing the same report as JSON; and what its page costs to open,
 * against the same report as bare text.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import type { RunReport } from '../reconciler/model.ts';
import { renderHtml } from '../reconciler/report/html.ts';
import { renderText } from '../reconciler/report/text.ts';
import { FLEET, historyOf } from '../test/reconciler/report/many.ts';
import { find } from '../test/support/tools.ts';
import { compare, ratioOf, show } from './ratio.ts';

const SIZE = 2_000;
const LARGE = 10_000;
const OPENED = 5;

/** One line per rendering. */
export function benchReport(line: (text: string) => void): void {
  const report = FLEET(SIZE);
  const json = (value: RunReport) => JSON.stringify(value).length;
  line(
    show(
      compare(
        `render a page of ${SIZE} tenants / JSON.stringify of the same report`,
        () => renderHtml(report).length,
        () => json(report),
      ),
    ),
  );
  line(
    show(
      compare(
        `render text of ${SIZE} tenants / JSON.stringify of the same report`,
        () => renderText(report).length,
        () => json(report),
      ),
    ),
  );
}

/** How large the page of ten thousand tenants is, and how long a browser takes to open it. */
export async function benchPage(line: (text: string) => void): Promise<void> {
  const report = FLEET(LARGE);
  const history = historyOf(report, 4);
  const page = renderHtml(report, history);
  line(`the page of ${LARGE} tenants: ${(Buffer.byteLength(page) / 1e6).toFixed(1)} MB`);
  const executablePath = find('chromium');
  if (executablePath === undefined) {
    line('to open it: not measured, chromium was not found');
    return;
  }
  const bare = `<!doctype html><meta charset="utf-8"><pre>${renderText(report, { history }).replace(/[&<]/g, ' ')}</pre>`;
  const folder = mkdtempSync(join(tmpdir(), 'plumb-bench-'));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const [ours, theirs] = [addressOf(folder, 'page', page), addressOf(folder, 'bare', bare)];
    for (const address of [ours, theirs]) await opened(browser, address);
    const rounds: (readonly [Opening, Opening])[] = [];
    for (let round = 0; round < OPENED; round += 1)
      rounds.push([await opened(browser, ours), await opened(browser, theirs)]);
    const ratio = ratioOf(
      'open it / open the same report as bare text',
      rounds.map(([one, other]) => [one.cpu, other.cpu]),
    );
    line(show(ratio));
    const walls = rounds.map(([{ wall }]) => wall).sort((one, other) => one - other);
    line(
      `opened and laid out after ${((walls[OPENED >> 1] ?? NaN) / 1000).toFixed(1)} s, by the clock on the wall`,
    );
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

function addressOf(folder: string, name: string, page: string): string {
  const path = join(folder, `${name}.html`);
  writeFileSync(path, page);
  return pathToFileURL(path).href;
}

interface Opening {
  /** Milliseconds of the thread that parses, lays out and paints. */
  readonly cpu: number;
  /** Milliseconds until it was loaded and laid out. */
  readonly wall: number;
}

async function opened(browser: Browser, address: string): Promise<Opening> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const begun = performance.now();
  await page.goto(address);
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  const wall = performance.now() - begun;
  const { metrics } = await devtools.send('Performance.getMetrics');
  await page.close();
  return { wall, cpu: 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) };
}
