/** `plumb notify`: sends what waits to be told, or a sample to see whether it arrives. */
import { deliver } from '../../deliver.ts';
import { NOTIFICATION_FORMAT, type Notification, type NotifyTarget } from '../../notify/message.ts';
import type { Ports } from '../../ports.ts';
import { columns } from '../../report/columns.ts';
import { printable } from '../../report/printable.ts';
import { plural } from '../../report/words.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { runIdAt } from './reconcile.ts';

export interface NotifyOptions {
  /** `true`: every target. */
  readonly test?: true | string;
}

/** How long a sample may take, as long as a message of a pass. */
const TRY_MS = 10_000;

export async function notify(cli: Cli, { test }: NotifyOptions): Promise<number> {
  const { notify: all } = await cli.settings();
  if (all.length === 0) {
    throw new UsageError(
      'nobody is to be told: plumbline.yaml names no target under `notify` (docs/notifications.md)',
    );
  }
  return cli.withPorts((ports) =>
    test === undefined ? sendWaiting(cli, ports, all) : sendSamples(cli, ports, chosen(all, test)),
  );
}

function chosen(all: readonly NotifyTarget[], test: true | string): readonly NotifyTarget[] {
  if (test === true) return all;
  const found = all.filter(({ name }) => name === test);
  if (found.length === 0) {
    const names = all.map(({ name }) => name).join(', ');
    throw new UsageError(`there is no notify target "${test}"; plumbline.yaml names ${names}`);
  }
  return found;
}

async function sendWaiting(cli: Cli, ports: Ports, targets: readonly NotifyTarget[]): Promise<number> {
  const { sent, waiting, lost } = await deliver(ports, {
    targets,
    by: runIdAt(ports.clock.now()),
    onProblem: (message) => cli.note(message),
  });
  const later = (await ports.store.listNotifications({ open: true })).length;
  cli.print(`${plural(sent, 'notification')} sent, ${later} waiting`);
  return waiting + lost > 0 ? EXIT.error : EXIT.ok;
}

async function sendSamples(
  cli: Cli,
  { courier, clock }: Ports,
  targets: readonly NotifyTarget[],
): Promise<number> {
  const now = clock.now();
  const outcomes = await Promise.all(
    targets.map(async (target) => ({
      target,
      outcome: await courier.send(target, sampleFor(target, now), TRY_MS),
    })),
  );
  const rows = outcomes.map(({ target: { name, address }, outcome }) => [
    name,
    address.type,
    outcome.sent ? 'arrived' : printable(outcome.reason),
  ]);
  cli.print(columns(['TARGET', 'TYPE', 'OUTCOME'], rows).join('\n'));
  return outcomes.every(({ outcome }) => outcome.sent) ? EXIT.ok : EXIT.error;
}

const sampleFor = ({ name }: NotifyTarget, now: Date): Notification => ({
  format: NOTIFICATION_FORMAT,
  id: `test-${runIdAt(now)}`,
  target: name,
  occasion: 'new',
  title: 'Test: a message from Plumbline',
  run: null,
  at: now.toISOString(),
  tenants: { count: 0, names: [] },
  about: { kind: 'test' },
});
