/** `plumb pause` and `plumb resume`: nothing is changed for a while, and whoever ends that sees first what would be. */
import { FLEET, type Directive, type Store } from '../../../desired-state/store.ts';
import { resumeOf } from '../../mark.ts';
import { isInForce, WHOLE } from '../../policy/orders.ts';
import { reconcile } from '../../reconcile.ts';
import { rendered } from '../../render.ts';
import { shortTime } from '../../report/words.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError, UsageError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { directiveOf, mustKnow, reasonOf, subjectOf, targetsOf } from '../orders.ts';
import { saidYes } from '../question.ts';
import { terminal } from '../reports.ts';
import { endOf, type EndFlags } from '../times.ts';
import { runIdAt } from './reconcile.ts';

export interface PauseOptions extends EndFlags {
  readonly all: boolean;
  readonly reason: string;
}

export async function pause(cli: Cli, given: readonly string[], options: PauseOptions): Promise<number> {
  const targets = targetsOf(given, options.all);
  const reason = reasonOf(options.reason);
  const now = new Date();
  const { longest } = (await cli.settings()).policy;
  const until = endOf(options, { what: 'a pause', longest: longest.pause }, now);
  const actor = await cli.identity();
  return cli.withStore(async (store) => {
    for (const name of targets) if (name !== FLEET) await mustKnow(store, name);
    for (const name of targets) {
      const before = (await pausesOf(store, name, now)).find(
        ({ expiresAt }) => Date.parse(expiresAt) > Date.parse(until),
      );
      const directive = directiveOf({ name, kind: 'pause', actor, reason, detail: {}, now, until });
      await store.issueDirective(directive);
      cli.print(`${subjectOf(name)} paused until ${shortTime(until)} (${directive.id})`);
      if (before !== undefined) {
        cli.note(`${subjectOf(name)} stays paused until ${shortTime(before.expiresAt)} by ${before.id}`);
      }
    }
    return EXIT.ok;
  });
}

export interface ResumeOptions {
  readonly all: boolean;
  readonly yes: boolean;
}

/** Shows the plan first, and takes what was shown as seen: the next pass acts without showing it once more. */
export async function resume(cli: Cli, given: readonly string[], options: ResumeOptions): Promise<number> {
  const targets = targetsOf(given, options.all);
  if (!options.yes && !cli.interactive) {
    throw new UsageError(
      'nobody is there to be asked: say --yes; what would be done is printed all the same',
    );
  }
  const by = await cli.identity();
  return cli.withPorts(async (ports, settings) => {
    const { store } = ports;
    const now = ports.clock.now();
    const ending: Directive[] = [];
    for (const name of targets) ending.push(...(await mustBePaused(store, name, now)));
    const report = await reconcile(ports, {
      platform: settings.platform(),
      policy: settings.policy,
      dryRun: true,
      ...(!options.all && { only: targets }),
      lifted: ending.map(({ id }) => id),
      runId: runIdAt(now),
    });
    cli.print(await rendered(report, 'text', terminal(cli)));
    const who = targets.map(subjectOf).join(', ');
    if (!options.yes && !(await saidYes(cli, `Resume ${who}? The next pass does what is planned above.`))) {
      cli.note(`${who}: still paused`);
      return EXIT.error;
    }
    const at = ports.clock.now().toISOString();
    for (const { name, id, expiresAt } of ending) {
      const reason = 'resumed, with what would be done in view';
      await store.issueDirective(resumeOf(name, id, { share: WHOLE, now: at, by, reason }));
      await store.endDirective(name, id, { by, now: at });
      cli.note(`${subjectOf(name)} resumed: ${id}, which would have ended at ${shortTime(expiresAt)}`);
    }
    return EXIT.ok;
  });
}

const pausesOf = async (store: Store, name: string, now: Date): Promise<Directive[]> =>
  (await store.listDirectives([name])).filter(
    (each) => each.kind === 'pause' && isInForce(each, now.toISOString()),
  );

async function mustBePaused(store: Store, name: string, now: Date): Promise<Directive[]> {
  if (name !== FLEET) await mustKnow(store, name);
  const pauses = await pausesOf(store, name, now);
  if (pauses.length > 0) return pauses;
  const ofFleet = name === FLEET ? [] : await pausesOf(store, FLEET, now);
  throw new CliError(
    ofFleet.length === 0
      ? `${subjectOf(name)} is not paused; 'plumb get directives' lists what is in force`
      : `${subjectOf(name)} is paused with the whole fleet; 'plumb resume --all' ends that, ` +
          `and 'plumb break-glass ${name}' lifts it for this one`,
  );
}
