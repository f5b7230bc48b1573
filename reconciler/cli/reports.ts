/** Reports on their way out: to stdout in one format, to a folder in all of them. */
import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { RunReport } from '../model.ts';
import { renderHtml } from '../report/html.ts';
import { renderJson } from '../report/json.ts';
import { PLAIN, renderText, type Paint } from '../report/text.ts';
import { CliError } from './failure.ts';
import type { Cli } from './host.ts';

export type ReportFormat = 'text' | 'json' | 'html';

export function rendered(report: RunReport, format: ReportFormat, paint: Paint = PLAIN): string {
  switch (format) {
    case 'text':
      return renderText(report, { paint });
    case 'json':
      return renderJson(report);
    case 'html':
      return renderHtml(report);
  }
}

/** Writes report.txt, report.json and report.html; says where on stderr. */
export async function writeReports(cli: Cli, report: RunReport, folder: string): Promise<void> {
  const files: [string, ReportFormat][] = [
    ['report.txt', 'text'],
    ['report.json', 'json'],
    ['report.html', 'html'],
  ];
  for (const [name, format] of files) await writeReport(cli, report, format, join(folder, name));
}

/** Throws CliError when the folder is not there, or nothing may be written in it. */
export async function makeFolder(cli: Cli, path: string): Promise<void> {
  const folder = resolve(cli.host.cwd, path);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw notWritten(folder, cause);
  }
}

const notWritten = (path: string, cause: unknown): CliError =>
  new CliError(`no report can be written to ${path} (${(cause as Error).message}); name another place`, {
    cause,
  });

export async function writeReport(
  cli: Cli,
  report: RunReport,
  format: ReportFormat,
  path: string,
): Promise<void> {
  const file = resolve(cli.host.cwd, path);
  await makeFolder(cli, dirname(file));
  try {
    await writeFile(file, rendered(report, format));
  } catch (cause) {
    throw notWritten(file, cause);
  }
  cli.progress(`report written to ${file}`);
}
