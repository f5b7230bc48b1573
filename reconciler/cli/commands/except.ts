/** `plumb except`: a difference is known and accepted until a day; it stays in every report, and nothing acts on it. */
import { FLEET, type Store } from '../../../desired-state/store.ts';
import type { FindingClass } from '../../model.ts';
import { EXCEPTABLE, aboutOf, exceptionDetail, type ExceptionDetail } from '../../policy/exceptions.ts';
import { shortTime } from '../../report/words.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { directiveOf, mustKnow, reasonOf, subjectOf } from '../orders.ts';
import { tenantName } from '../records.ts';
import { endOf, type EndFlags } from '../times.ts';

export interface ExceptOptions extends EndFlags {
  readonly finding?: string;
  readonly resource?: string;
  readonly field?: string;
  readonly missing: boolean;
  readonly selector?: string;
  readonly all: boolean;
  readonly owner?: string;
  readonly reason: string;
}

export async function except(cli: Cli, given: string | undefined, options: ExceptOptions): Promise<number> {
  const name = nameOf(given, options);
  const selector = options.selector === undefined ? null : selectorOf(options.selector);
  const about = aboutWhat(options);
  const reason = reasonOf(options.reason);
  const now = new Date();
  const { longest } = (await cli.settings()).policy;
  const until = endOf(options, { what: 'an exception', longest: longest.exception }, now);
  const actor = await cli.identity();
  return cli.withStore(async (store) => {
    if (name !== FLEET) await mustKnow(store, name);
    const detail = exceptionDetail({ ...about, owner: options.owner ?? actor, selector });
    const directive = directiveOf({ name, kind: 'exception', actor, reason, detail, now, until });
    await store.issueDirective(directive);
    cli.print(
      `${subjectOf(name)}: ${aboutOf(directive)} excepted until ${shortTime(until)} (${directive.id})`,
    );
    await noteMissed(cli, store, name, about);
    return EXIT.ok;
  });
}

/** One tenant, or the fleet by labels; the whole fleet only when it is said. */
function nameOf(given: string | undefined, { selector, all }: ExceptOptions): string {
  const ways = [given !== undefined, selector !== undefined, all].filter(Boolean).length;
  if (ways !== 1) {
    throw new UsageError('name one tenant, or say -l KEY=VALUE for those with a label, or --all');
  }
  return given === undefined ? FLEET : tenantName(given);
}

/** `tier=gold,region=eu`. Throws UsageError for one that selects everybody. */
function selectorOf(given: string): Record<string, string> {
  const pairs = given.split(',').map((part) => /^([a-z][-_a-z0-9]*)=([-_a-z0-9]*)$/.exec(part.trim()));
  if (pairs.some((pair) => pair === null)) {
    throw new UsageError(`-l ${given}: use label=value, several with commas between`);
  }
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
}

type About = Omit<ExceptionDetail, 'owner' | 'selector'>;

function aboutWhat({ finding, resource, field, missing }: ExceptOptions): About {
  if ((finding === undefined) === (resource === undefined)) {
    throw new UsageError(
      'say what is accepted: --finding KEY, or --resource KIND/NAME and perhaps --field PATH',
    );
  }
  if (finding !== undefined) {
    if (field !== undefined)
      throw new UsageError('--field goes with --resource; a finding’s key has its field');
    mustBeExceptable(finding, missing);
  } else if (resource === undefined || !/^[a-z][-a-z]*\/./.test(resource)) {
    throw new UsageError(`--resource ${resource ?? ''}: use KIND/NAME, e.g. node-pool/gpu or nat/*`);
  }
  return { finding: finding ?? null, resource: resource ?? null, field: field ?? null, missing };
}

/** `changed:node-pool/gpu:autoscaling.maxNodeCount`, as reports and `get tenant -o json` have it. */
function mustBeExceptable(key: string, missing: boolean): void {
  const [, name, resource] = /^([a-z]+):([^:/]+\/[^:]+)(:.+)?$/.exec(key) ?? [];
  if (name === undefined || resource === undefined) {
    throw new UsageError(
      `--finding ${key}: use CLASS:KIND/NAME:FIELD, e.g. changed:node-pool/gpu:autoscaling.maxNodeCount`,
    );
  }
  if (!EXCEPTABLE.includes(name as FindingClass)) {
    throw new UsageError(
      `--finding ${key}: only ${EXCEPTABLE.join(', ')} can be accepted; ` +
        'what the record asks for is settled in the record, and what cannot be read is not known',
    );
  }
  if (name === 'missing' && !missing) {
    throw new UsageError(`--finding ${key}: to accept that something is gone, say --missing as well`);
  }
}

/** Nothing is wrong with it, but it may be a slip of the pen. */
async function noteMissed(cli: Cli, store: Store, name: string, { finding }: About): Promise<void> {
  if (name === FLEET || finding === null) return;
  const open = await store.openFindings([name]);
  if (open.some(({ key }) => key === finding)) return;
  cli.note(`warning: the last pass saw no finding ${finding} of ${name}`);
}
