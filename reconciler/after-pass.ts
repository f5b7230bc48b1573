/** The end of a pass: it is kept with what people are to be told; then they are told and the report is written out. */
import type { Store } from '../desired-state/store.ts';
import { archiveReports } from './archive-reports.ts';
import { deliver } from './deliver.ts';
import { describe } from './error-text.ts';
import type { FleetReport } from './fleet-model.ts';
import type { Ports } from './ports.ts';
import type { PassOptions } from './reconcile.ts';
import { remember, type Outcome } from './remember.ts';
import type { Fleet } from './survey.ts';
import { tellingsFor } from './tell.ts';

/** Throws only what the store throws. */
export async function keep(
  ports: Ports,
  { fleet, ...outcome }: Omit<Outcome, 'tellings' | 'toWrite'> & { readonly fleet: Fleet },
  { notify = [], reports }: PassOptions,
  onProblem: (message: string) => void,
): Promise<void> {
  const { report, only, now } = outcome;
  const tellings = await tellingsFor(ports.store, {
    report,
    names: new Set(fleet.entries.map(({ name }) => name)),
    directives: fleet.directives,
    targets: notify,
    named: only !== null,
    now,
  });
  await remember(ports, { ...outcome, tellings, toWrite: reports != null }, onProblem);
}

/** What earlier passes could not tell, for the report of this one; nothing of those that tell nobody anything. */
export async function outboxOf(
  store: Pick<Store, 'listNotifications'>,
  { notify = [] }: PassOptions,
): Promise<Pick<FleetReport, 'outbox'>> {
  if (notify.length === 0) return {};
  const waiting = await store.listNotifications({ open: true });
  const [oldest] = waiting.toSorted((one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt));
  if (oldest === undefined) return {};
  const { createdAt, lastError } = oldest;
  return { outbox: { count: waiting.length, since: createdAt, lastError } };
}

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
