/**
 * Writes reports to the bucket once their run is kept: this pass's, and those that an earlier one could not write. What
 * is there already is never written over, so that a link to a report always shows the same.
 */
import type { Store } from '../desired-state/store.ts';
import { ARCHIVED, type ArchiveSettings } from './archive-settings.ts';
import { earlierReports } from './earlier-reports.ts';
import { describe } from './error-text.ts';
import type { Archive, Clock } from './ports.ts';
import { rendered } from './render.ts';

/** After so long no further report is begun; the next pass goes on. */
const BOUND_MS = 60_000;

export interface ArchiveOptions extends ArchiveSettings {
  readonly bucket: string;
  readonly onProblem: (message: string) => void;
}

/** Throws only what the store throws. */
export async function archiveReports(
  { store, clock, archive }: { readonly store: Store; readonly clock: Clock; readonly archive: Archive },
  options: ArchiveOptions,
): Promise<void> {
  const until = clock.now().getTime() + BOUND_MS;
  const waiting = await store.reportsToWrite();
  for (const [at, run] of waiting.entries()) {
    const failure =
      clock.now().getTime() > until
        ? 'there was no time left'
        : await archiveReport({ store, archive }, run, options);
    if (failure === null) {
      await store.reportWritten(run);
      continue;
    }
    // A bucket that takes one takes the others; one that does not is asked again by the next pass.
    const left = waiting.length - at;
    options.onProblem(
      `${left === 1 ? 'a report waits' : `${left} reports wait`} to be written to ${options.bucket}, first of ${run}: ${failure}`,
    );
    return;
  }
}

/** Null when it is there. */
async function archiveReport(
  { store, archive }: { readonly store: Store; readonly archive: Archive },
  run: string,
  { bucket, formats }: ArchiveOptions,
): Promise<string | null> {
  const report = await store.getRun(run);
  if (report === undefined) return null;
  const history = await earlierReports(store, report, formats);
  try {
    for (const format of formats) {
      const { ending, type } = ARCHIVED[format];
      const name = `plumbline/reports/${run}/report.${ending}`;
      await archive.write({ bucket, name, type, text: await rendered(report, format, { history }) });
    }
    return null;
  } catch (error) {
    return describe(error);
  }
}
