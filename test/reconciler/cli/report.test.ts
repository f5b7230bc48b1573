/** `plumb report` over stored passes: which one, in which formats, and where to. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../desired-state/open.ts';
import type { RunReport } from '../../../reconciler/model.ts';
import { renderHtml } from '../../../reconciler/report/html.ts';
import { FLEET, historyOf } from '../report/many.ts';
import { command, inFolder } from './run.ts';

/** Nine in the morning is the third pass before the last. */
const LAST = FLEET(24);
const EARLIER = historyOf(LAST, 4);

async function stored(folder: string): Promise<void> {
  mkdirSync(join(folder, '.plumbline'), { recursive: true });
  const store = await openStore({ kind: 'embedded', file: join(folder, '.plumbline', 'plumbline.db') });
  await store.migrate();
  for (const report of [...EARLIER.toReversed(), LAST]) {
    await store.saveRun({ report, opened: [], resolved: [] });
  }
  await store.close();
}

const plumb = (cwd: string, ...args: string[]) => command(['--store=embedded', 'report', ...args], { cwd });

describe('plumb report', () => {
  it('writes any number of formats in one go, the same bytes each time', async () => {
    await inFolder(async (cwd) => {
      await stored(cwd);
      const files = ['json', 'yaml', 'html', 'markdown', 'junit', 'sarif', 'text', 'summary'];
      const outputs = files.flatMap((format) => ['-o', `${format}=out/report.${format}`]);
      const first = await plumb(cwd, ...outputs);
      expect([first.code, first.stdout]).toEqual([0, '']);
      const read = () => files.map((format) => readFileSync(join(cwd, 'out', `report.${format}`), 'utf8'));
      const texts = read();
      await plumb(cwd, ...outputs);
      expect(read()).toEqual(texts);
      expect((JSON.parse(texts[0] ?? '') as RunReport).run.id).toBe(LAST.run.id);
      expect(texts[2]).toBe(renderHtml(LAST, EARLIER));
    });
  });

  it('prints one format and writes the others', async () => {
    await inFolder(async (cwd) => {
      await stored(cwd);
      const { code, stdout, stderr } = await plumb(cwd, '-o', 'summary', '-o', 'sarif=a=b.sarif');
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Not in sync: 8 of 24 tenants/);
      expect(stdout).toContain('Since 2026-03-01 06:00:09Z (5 passes): missing 0 → 4');
      expect(stderr).toMatch(/report written to .*a=b\.sarif\n$/);
    });
  });

  it.each([
    [['-o', 'text', '-o', 'json'], /only one format can go to stdout/],
    [['-o', 'text=a', '-o', 'json=./a'], /two formats cannot go to one file: .*\/a/],
    [['--at', 'yesterday'], /--at yesterday: use a moment with its offset, such as .*, or how long ago/],
    [['--at', '1h', '--run', 'x'], /use one of them/],
  ])('refuses %j before anything is opened', async (args, message) => {
    const { code, stdout, stderr } = await plumb('/', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it('finds the pass that stood at a time', async () => {
    await inFolder(async (cwd) => {
      await stored(cwd);
      const at = async (time: string) => {
        const { stdout, stderr } = await plumb(cwd, '--at', time, '-o', 'json');
        return stdout === '' ? stderr : (JSON.parse(stdout) as RunReport).run.id;
      };
      expect(await at('2026-03-01T10:00:09Z')).toBe(LAST.run.id);
      expect(await at('2026-03-01T10:00:08Z')).toBe('run-before-1');
      expect(await at('2026-03-01T08:59:00+01:00')).toBe('run-before-3');
      expect(await at('2026-02-01T00:00:00Z')).toMatch(
        /no pass had ended by 2026-02-01 00:00:00Z; `plumb get runs`/,
      );
    });
  });

  it('says of a file that cannot be written where and why', async () => {
    await inFolder(async (cwd) => {
      await stored(cwd);
      const { code, stderr } = await plumb(cwd, '-o', 'json=.plumbline/plumbline.db/x.json');
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^error: no report can be written to .*plumbline\.db \(.*\); name another place\n$/,
      );
    });
  });
});
