/**
 * `plumb adopt`: an environment that exists is brought under management. It is looked at first, every difference is
 * shown, and nothing is stored before each of them is settled.
 */
import { writeFile } from 'node:fs/promises';
import { parseRecords } from '../../../desired-state/files.ts';
import { retold } from '../../../desired-state/retell.ts';
import type { Store, StoredTenant } from '../../../desired-state/store.ts';
import { renderedText } from '../../../desired-state/text.ts';
import { seeEnvironment } from '../../adopt.ts';
import { expect } from '../../expect.ts';
import { at, equal } from '../../json.ts';
import type { ReadingStore } from '../../looking.ts';
import type { Json } from '../../model.ts';
import { adoptionDetail, type Adopted } from '../../policy/adoption.ts';
import { maskedFindings } from '../../report/sensitive.ts';
import { plural } from '../../report/words.ts';
import { adoptionLines, objections, type Shown } from '../adoption-text.ts';
import { termsOf, type Choices, type Terms } from '../adoption-terms.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError, UsageError } from '../failure.ts';
import { fit } from '../fit.ts';
import { Cli } from '../host.ts';
import { directiveOf, unknownTenant } from '../orders.ts';
import { saidYes } from '../question.ts';
import { recordChanges } from '../record-diff.ts';
import { recordsOf, tenantName, type GoodRecord } from '../records.ts';
import { endOf, refuseClaims, storeRecords } from '../storing.ts';
import { endOf as endOfOrder } from '../times.ts';

export interface AdoptOptions extends Choices {
  /** A file with one record; left out: a stored one is named. */
  readonly filename?: string;
  readonly dryRun: boolean;
  readonly reason: string;
  readonly yes: boolean;
  /** How long the adoption waits for its run. */
  readonly for?: string;
  readonly output: 'text' | 'json';
}

/** The record that is adopted, and what the store knows of its tenant. */
interface Subject {
  readonly item: GoodRecord;
  readonly name: string;
  readonly stored: StoredTenant | undefined;
}

export async function adopt(cli: Cli, given: string | undefined, options: AdoptOptions): Promise<number> {
  if ((given === undefined) === (options.filename === undefined)) {
    throw new UsageError('say which: the name of a stored record, or -f with the file of a new one');
  }
  const shown = await cli.withLookPorts(async (ports, settings) => {
    const subject = await subjectOf(cli, ports.store, given, options.filename);
    await refuseManaged(ports.store, subject.name);
    await refuseClaims(cli, ports.store, [subject.item]);
    const { tenant, written } = subject.item.record;
    const generation = generationOf(subject, written);
    const environment = await seeEnvironment(ports, settings.platform(), tenant);
    const terms = termsOf({ record: written, tenant, generation }, environment, options);
    const edits = recordChanges(subject.stored?.record ?? written, terms.record);
    return { ...subject, terms, environment, edits };
  });
  const against = objections(shown.terms);
  if (options.output === 'text') cli.print(fit(adoptionLines(shown, cli.paint()), cli.width()).join('\n'));
  if (options.dryRun) {
    if (options.output === 'json') cli.print(asJson(shown, against, null));
    return endOfDryRun(cli, against, options);
  }
  if (against.length > 0) {
    if (options.output === 'json') cli.print(asJson(shown, against, null));
    throw new CliError(`${against.join('\n')}\ntenant/${shown.name} was not adopted; nothing was stored`);
  }
  return carryOut(cli, shown, options);
}

/** What stands against it is told, and is no failure of looking; a choice that names nothing is. */
function endOfDryRun(cli: Cli, against: readonly string[], { output }: AdoptOptions): number {
  if (output === 'text') {
    for (const line of against) cli.note(line);
    cli.note(
      `dry run: nothing was stored${against.length === 0 ? '; nothing stands against adopting it' : ''}`,
    );
  }
  return EXIT.ok;
}

async function subjectOf(
  cli: Cli,
  store: ReadingStore,
  given: string | undefined,
  filename: string | undefined,
): Promise<Subject> {
  if (filename !== undefined) {
    const [item, ...more] = await recordsOf(cli, { filename: [filename], recursive: false });
    if (item === undefined || more.length > 0) {
      throw new UsageError(
        `-f ${filename}: environments are adopted one by one; give a file with one record`,
      );
    }
    const { name } = item.record.tenant.metadata;
    return { item, name, stored: await store.getTenant(name) };
  }
  const name = tenantName(given ?? '');
  const stored = await store.getTenant(name);
  if (stored === undefined) throw await unknownTenant(store, name);
  const written = (await store.textsOf([name])).get(name);
  const text = written?.etag === stored.etag ? written.text : renderedText(stored.record);
  return { item: readAgain(text, `tenant/${name}`, stored.etag), name, stored };
}

function readAgain(text: string, file: string, etag: string | undefined): GoodRecord {
  const [document] = parseRecords(text, file);
  if (document?.record === undefined) {
    const [first] = document?.problems ?? [];
    throw new CliError(
      `${file} cannot be used: ${first?.path ?? ''} ${first?.message ?? 'it holds no record'}`,
    );
  }
  const record = { ...document.record, ...(etag !== undefined && { etag }) };
  return { ...document, record };
}

async function refuseManaged(store: ReadingStore, name: string): Promise<void> {
  const [ledger, [active]] = await Promise.all([store.getLedger(name), store.listActive(name)]);
  if (ledger?.appliedGeneration != null) {
    throw new CliError(
      `tenant/${name} is managed already: generation ${ledger.appliedGeneration} of its record was applied. ` +
        `'plumb check ${name}' compares it, 'plumb accept ${name}' takes over what differs`,
    );
  }
  if (active !== undefined) {
    throw new CliError(
      `tenant/${name}: ${active.flow} (${active.intent}) is under way; adopt it when that has ended`,
    );
  }
}

const generationOf = ({ stored }: Pick<Subject, 'stored'>, record: Json): number =>
  stored === undefined
    ? 1
    : stored.generation + (equal(at(stored.record, 'spec'), at(record, 'spec')) ? 0 : 1);

type Ready = Subject & Shown;

async function carryOut(cli: Cli, shown: Ready, options: AdoptOptions): Promise<number> {
  const actor = await cli.identity();
  const { name, terms } = shown;
  const { owner } = terms.tenant.spec;
  // An adoption lets a run change what somebody else made, as an approval does.
  if (actor !== owner) {
    throw new CliError(
      `${actor} does not own ${name}: its record names ${owner} as owner, and only the owner may adopt it`,
    );
  }
  if (!options.yes && cli.interactive && !(await saidYes(cli, `Adopt tenant/${name} on these terms?`))) {
    cli.note('nothing was stored');
    return EXIT.error;
  }
  const { longest } = (await cli.settings()).policy;
  const now = new Date();
  const length = options.for === undefined ? {} : { for: options.for };
  const until = endOfOrder(
    length,
    { what: 'an adoption', longest: longest.approval, usual: longest.approval },
    now,
  );
  const reason = options.reason || `adopted: ${plural(terms.standing.length, 'resource')} that exist`;
  const detail = adoptionDetail(adoptedOf(shown));
  const directive = directiveOf({ name, kind: 'adoption', actor, reason, detail, now, until });
  await cli.withStore(async (store) => {
    // First the adoption: a pass that saw the record without it would make everything a second time.
    await store.issueDirective(directive);
    const outcomes = await storeRecords(quietly(cli), store, [settledRecord(shown)], {
      reason,
      yes: true,
    }).catch(async (error: unknown) => {
      await takeBack(store, name, directive.id, actor);
      throw error;
    });
    if (outcomes?.get(name) === 'conflict') await takeBack(store, name, directive.id, actor);
    endOf(outcomes);
  });
  await writeBack(cli, shown, options.filename);
  if (options.output === 'json') cli.print(asJson(shown, [], directive.id));
  else cli.print(`tenant/${name} adopted until ${until} (${directive.id})`);
  cli.note(`the next pass takes it over: plumb reconcile ${name} --wait`);
  return EXIT.ok;
}

/** What changes was shown already, as an adoption. */
const quietly = (cli: Cli): Cli => {
  const { stderr } = cli.host;
  return new Cli({ ...cli.host, stdout: stderr }, { ...cli.flags, quiet: true });
};

const takeBack = (store: Store, name: string, id: string, by: string): Promise<boolean> =>
  store.endDirective(name, id, { by, now: new Date().toISOString() });

const adoptedOf = ({ name, stored, terms }: Ready): Adopted => ({
  tenant: name,
  generation: generationOf({ stored }, terms.record),
  standing: terms.standing,
  accepted: terms.differences.flatMap(({ accepted, finding }) => (accepted ? [finding] : [])),
});

/** The record with what was taken over, comments kept. */
function settledRecord({ item, terms }: Pick<Ready, 'item' | 'terms'>): GoodRecord {
  if (terms.taken.length === 0) return item;
  return readAgain(editedText(item, terms), item.file, item.record.etag);
}

const editedText = ({ record }: GoodRecord, terms: Terms): string =>
  record.text === undefined ? renderedText(terms.record) : retold(record.text, terms.record);

/** Else the next apply of the file would take back what was taken over. */
async function writeBack(cli: Cli, { item, terms }: Ready, filename: string | undefined): Promise<void> {
  if (filename === undefined || terms.taken.length === 0) return;
  const { file, record } = item;
  if (file === 'stdin' || record.text === undefined) {
    cli.note(
      `${file} still says what it said: 'plumb get tenant ${record.tenant.metadata.name} -o yaml' has the new text`,
    );
    return;
  }
  await writeFile(file, editedText(item, terms));
  cli.note(`${file} says now what was taken over`);
}

function asJson(
  { name, terms, environment, edits }: Ready,
  against: readonly string[],
  adoption: string | null,
): string {
  const findings = maskedFindings(terms.differences.map(({ finding }) => finding));
  const standing = new Set(terms.standing);
  const document = {
    tenant: name,
    adoption,
    record: edits,
    standing: expect(terms.tenant, null).flatMap(({ id }) => (standing.has(id) ? [id] : [])),
    differences: terms.differences.map(({ effect, accepted, refusal }, index) => {
      const { resource, field, have, want, from, risk } = findings[index] ?? {};
      return { resource, field, have, want, from, risk, effect, accepted, refusal };
    }),
    unreadable: terms.unreadable.map(({ resource, message }) => ({ resource, message })),
    strays: environment.strays.map(({ resource, have }) => ({ resource, have })),
    coverage: environment.coverage,
    objections: against,
  };
  return JSON.stringify(document, null, 2);
}
