/** Reports on their way out: to stdout in one format, to a folder in all of them. */
import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { RunReport } from '../model.ts';
import { renderHtml } from '../report/html.ts';
import { renderJson } from '../report/json.ts';
import { PLAIN, renderText, type Paint } from '../report/text.ts';
import { CliError, UsageError } from './failure.ts';
import type { Cli } from './host.ts';

type ReportFormat = 'text' | 'json' | 'html';

/** Where a report goes in one format; without a path, to stdout. */
export interface Output {
  readonly format: ReportFormat;
  readonly path: string | null;
}

/** Throws UsageError when two formats would run into each other. */
export function oneToStdout(outputs: readonly Output[]): void {
  if (outputs.filter(({ path }) => path === null).length > 1) {
    throw new UsageError('only one format can go to stdout; give the others a file: -o html=report.html');
  }
}

/** Without any output given: text, to stdout. */
export async function deliver(cli: Cli, report: RunReport, outputs: readonly Output[]): Promise<void> {
  const targets = outputs.length === 0 ? [{ format: 'text' as const, path: null }] : outputs;
  for (const { format, path } of targets) {
    if (path === null) cli.print(rendered(report, format, cli.paint()));
    else await writeReport(cli, report, format, path);
  }
}

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

async function writeReport(cli: Cli, report: RunReport, format: ReportFormat, path: string): Promise<void> {
  const file = resolve(cli.host.cwd, path);
  await makeFolder(cli, dirname(file));
  try {
    await writeFile(file, rendered(report, format));
  } catch (cause) {
    throw notWritten(file, cause);
  }
  cli.progress(`report written to ${file}`);
}
