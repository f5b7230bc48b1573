/** What follows once a pass is kept: people are told and its report is written out. Neither can fail the pass. */
import { archiveReports } from './archive-reports.ts';
import { deliver } from './deliver.ts';
import { describe } from './error-text.ts';
import type { Ports } from './ports.ts';
import type { PassOptions } from './reconcile.ts';

/** What is told once the pass is over; what does not arrive waits for the next one, and fails nothing. */
export async function sendOut(
  ports: Ports,
  { runId, notify = [], onEvent }: PassOptions,
  problem: (message: string) => void,
): Promise<void> {
  if (notify.length === 0) return;
  try {
    const { sent } = await deliver(ports, {
      targets: notify,
      by: runId,
      onProblem: problem,
    });
    if (sent > 0) onEvent?.({ type: 'told', sent });
  } catch (error) {
    problem(`notifications wait for the next pass: ${describe(error)}`);
  }
}

/** Reports on their way to the bucket; one that does not get there waits for the next pass, and fails nothing. */
export async function writeOut(
  ports: Ports,
  { platform, reports }: PassOptions,
  onProblem: (message: string) => void,
): Promise<void> {
  if (reports == null) return;
  const bucket = reports.bucket ?? platform.stateBucket;
  try {
    await archiveReports(ports, { ...reports, bucket, onProblem });
  } catch (error) {
    onProblem(`reports wait for the next pass to be written: ${describe(error)}`);
  }
}
