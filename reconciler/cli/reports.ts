/** Reports on their way out: in one format to stdout, in any number of them to files. */
import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Store } from '../../desired-state/store.ts';
import { earlierReports } from '../earlier-reports.ts';
import type { RunReport } from '../model.ts';
import { rendered } from '../render.ts';
import { PLAIN, type TextOptions } from '../report/text.ts';
import type { History } from '../report/trend.ts';
import { CliError, UsageError } from './failure.ts';
import type { Cli } from './host.ts';
import type { ReportTarget } from './report-formats.ts';

/** Colours and the width of the window, as far as a window looks on. */
export const terminal = (cli: Cli): Pick<TextOptions, 'paint' | 'width'> => ({
  paint: cli.paint(),
  width: cli.width(),
});

/**
 * Before anything is done that must not be lost for want of a place. Throws UsageError for two formats on stdout or in
 * one file, CliError for a folder that cannot be written.
 */
export async function checkTargets(cli: Cli, targets: readonly ReportTarget[]): Promise<void> {
  if (targets.filter(({ path }) => path === null).length > 1) {
    throw new UsageError('only one format can go to stdout; give the others a file: -o html=report.html');
  }
  const files = targets.flatMap(({ path }) => (path === null ? [] : [resolve(cli.host.cwd, path)]));
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) throw new UsageError(`two formats cannot go to one file: ${twice}`);
  for (const file of files) await makeFolder(cli, dirname(file));
}

/** To stdout or to files, which are named on stderr. */
export async function deliver(
  cli: Cli,
  report: RunReport,
  targets: readonly ReportTarget[],
  history: History,
): Promise<void> {
  for (const { format, path } of targets) {
    if (path === null) cli.print(await rendered(report, format, { ...terminal(cli), history }));
    else await writeReport(cli, await rendered(report, format, { paint: PLAIN, history }), path);
  }
}

/** What `deliver` wants to know of earlier passes for these targets. */
export const historyFor = (
  store: Pick<Store, 'listRuns'>,
  report: RunReport,
  targets: readonly ReportTarget[],
): Promise<History> =>
  earlierReports(
    store,
    report,
    targets.map(({ format }) => format),
  );

/** `report.txt`, `report.json` and `report.html` of one folder. */
export const folderTargets = (folder: string): ReportTarget[] => [
  { format: 'text', path: join(folder, 'report.txt') },
  { format: 'json', path: join(folder, 'report.json') },
  { format: 'html', path: join(folder, 'report.html') },
];

/** Throws CliError when the folder is not there, or nothing may be written in it. */
async function makeFolder(cli: Cli, path: string): Promise<void> {
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

async function writeReport(cli: Cli, text: string, path: string): Promise<void> {
  const file = resolve(cli.host.cwd, path);
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw notWritten(file, cause);
  }
  cli.progress(`report written to ${file}`);
}
