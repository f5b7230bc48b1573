/** Stored records as commands edit them: with the text they were written as and the etag they were read with. */
import { formatLocated, parseRecords, type LocatedProblem } from '../../desired-state/files.ts';
import type { Store, StoredTenant } from '../../desired-state/store.ts';
import { renderedText } from '../../desired-state/text.ts';
import { retold } from '../../desired-state/retell.ts';
import { at, textAt } from '../json.ts';
import type { Json } from '../model.ts';
import { plural } from '../report/words.ts';
import { CliError } from './failure.ts';
import type { Cli } from './host.ts';
import { unknownTenant } from './orders.ts';
import { tenantName, type GoodRecord } from './records.ts';

export interface Editable {
  readonly stored: StoredTenant;
  readonly text: string;
}

/** In the order given, each once. Throws NotFound, with the nearest name that is known. */
export async function editables(store: Store, given: readonly string[]): Promise<Editable[]> {
  const names = [...new Set(given.map(tenantName))];
  const found: StoredTenant[] = [];
  for (const name of names) {
    const stored = await store.getTenant(name);
    if (stored === undefined) throw await unknownTenant(store, name);
    found.push(stored);
  }
  return withTexts(store, found);
}

/** All tenants that carry all these labels. */
export async function selected(store: Store, labels: Readonly<Record<string, string>>): Promise<Editable[]> {
  const found: StoredTenant[] = [];
  for await (const stored of store.listTenants()) {
    const fits = Object.entries(labels).every(
      ([key, value]) => textAt(stored.record, 'metadata', 'labels', key) === value,
    );
    if (fits) found.push(stored);
  }
  return withTexts(store, found);
}

async function withTexts(store: Store, found: readonly StoredTenant[]): Promise<Editable[]> {
  const texts = await store.textsOf(found.map(({ name }) => name));
  return found.map((stored) => {
    const written = texts.get(stored.name);
    // Of another etag: somebody was between the two readings, and the record read first is the one that is edited.
    const text = written?.etag === stored.etag ? written.text : renderedText(stored.record);
    return { stored, text };
  });
}

/** The record after an edit, comments kept, ready to be stored over the version that was read. */
export const edited = ({ stored, text }: Editable, record: Json): Revised =>
  revised(stored, retold(text, record));

export interface Revised {
  readonly record: GoodRecord | undefined;
  readonly problems: readonly LocatedProblem[];
  readonly warnings: readonly LocatedProblem[];
}

/** A text somebody made of a stored record. It must stay one record of the same tenant. */
export function revised({ name, etag }: StoredTenant, text: string): Revised {
  const file = `tenant/${name}`;
  const documents = parseRecords(text, file);
  const warnings = documents.flatMap((document) => document.warnings);
  const problems = documents.flatMap((document) => document.problems);
  const [first, second] = documents;
  if (second !== undefined) {
    problems.push(said(file, second.line, 'holds a second record', 'keep one'));
  }
  const record = first?.record;
  if (record !== undefined && record.tenant.metadata.name !== name) {
    const here = at(record.written, 'metadata', 'name');
    problems.push(
      said(
        file,
        first?.line ?? 1,
        `names ${JSON.stringify(here)}`,
        `a tenant keeps its name; write ${name} again`,
      ),
    );
  }
  if (first === undefined || record === undefined || problems.length > 0) {
    return { record: undefined, problems, warnings };
  }
  return { record: { ...first, record: { ...record, etag } }, problems, warnings };
}

const said = (file: string, line: number, message: string, cure: string): LocatedProblem => ({
  path: 'metadata.name',
  at: [],
  onKey: false,
  message,
  cure,
  where: `${file}:${line}`,
});

/** The records of many edits, or every problem of all of them and a CliError. */
export function allGood(cli: Cli, edits: readonly Revised[]): GoodRecord[] {
  const problems = edits.flatMap((edit) => edit.problems);
  for (const warning of edits.flatMap((edit) => edit.warnings))
    cli.note(`warning: ${formatLocated(warning)}`);
  for (const found of problems) cli.note(formatLocated(found));
  if (problems.length > 0) {
    throw new CliError(
      `${plural(problems.length, 'problem')}; nothing was stored. Correct the edit and try again`,
    );
  }
  return edits.flatMap(({ record }) => record ?? []);
}
