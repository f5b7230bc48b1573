/** Reports of passes before one, for how things have moved; as many as can be read at moderate cost. */
import type { Store } from '../desired-state/store.ts';
import type { RunReport } from './model.ts';
import type { ReportFormat } from './render.ts';
import type { History } from './report/trend.ts';

/** Formats that tell how things have moved. */
const WITH_HISTORY: ReadonlySet<ReportFormat> = new Set<ReportFormat>([
  'text',
  'summary',
  'html',
  'markdown',
]);

/** Reports come whole from the store; about so many tenants' worth of them are read. */
const MOST_READ = 20_000;
const MOST_RUNS = 20;
const LEAST_RUNS = 2;

/** Newest first, the report itself among them; none where no format would show them. */
export async function earlierReports(
  store: Pick<Store, 'listRuns'>,
  report: RunReport,
  formats: readonly ReportFormat[],
): Promise<History> {
  if (!formats.some((format) => WITH_HISTORY.has(format))) return [];
  const affordable = Math.floor(MOST_READ / Math.max(1, report.tenants.length));
  return store.listRuns(Math.min(MOST_RUNS, Math.max(LEAST_RUNS, affordable)));
}
