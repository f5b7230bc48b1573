/** The last chapter: what stands now, and what the pass in the middle of it all saw. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunReport } from '../../reconciler/model.ts';
import { renderHtml } from '../../reconciler/report/html.ts';
import { renderJson } from '../../reconciler/report/json.ts';
import { renderText } from '../../reconciler/report/text.ts';
import type { DemoResult } from '../result.ts';
import { look, type Stage } from '../stage.ts';

/** A last look, without acting, and the reports of it and of the pass that found the drift. */
export async function writeReports(
  stage: Stage,
  result: DemoResult,
  drift: RunReport,
  folder: string,
): Promise<void> {
  stage.progress.step('The drift reports are written');
  mkdirSync(folder, { recursive: true });
  write(folder, 'drift', drift);
  result.report = write(folder, 'report', await look(stage));
  stage.progress.line(`what pass 3 saw: ${join(folder, 'drift.html')}`);
}

function write(folder: string, name: string, report: RunReport): { json: string; html: string } {
  const paths = { json: join(folder, `${name}.json`), html: join(folder, `${name}.html`) };
  writeFileSync(paths.json, renderJson(report));
  writeFileSync(paths.html, renderHtml(report));
  writeFileSync(join(folder, `${name}.txt`), renderText(report));
  return paths;
}
