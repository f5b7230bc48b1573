/** The history of an execution's steps: `stepEntries`, and what `exportData` gives. */
import { timestamp } from '../../core/clock.ts';
import { notFound } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import { executionBody, type Execution } from '../engine/execution.ts';
import type { StepEntry } from '../engine/history.ts';
import { enumOf, invalid } from './fields.ts';
import { compileFilter } from './filter.ts';
import type { FilterField } from './filter-test.ts';
import { compileOrder, page } from './paging.ts';

const MAX_PAGE = 1000;
const VIEWS = [
  'EXECUTION_ENTRY_VIEW_UNSPECIFIED',
  'EXECUTION_ENTRY_VIEW_BASIC',
  'EXECUTION_ENTRY_VIEW_DETAILED',
];

/** The docs' own examples write `SUCCEEDED` for STATE_SUCCEEDED. */
const withPrefix =
  (prefix: string) =>
  (text: string): string =>
    text.startsWith(prefix) ? text : prefix + text;

const FIELDS: Readonly<
  Record<string, FilterField<StepEntry> & { readonly kind: 'text' | 'number' | 'time' }>
> = {
  entryId: { kind: 'number', read: ({ id }) => id },
  createTime: { kind: 'time', read: ({ created }) => created },
  updateTime: { kind: 'time', read: ({ updated }) => updated },
  routine: { kind: 'text', read: ({ routine }) => routine },
  step: { kind: 'text', read: ({ step }) => step },
  stepType: { kind: 'text', read: ({ type }) => type, spelled: withPrefix('STEP_') },
  state: { kind: 'text', read: ({ state }) => state, spelled: withPrefix('STATE_') },
  parent: { kind: 'number', read: ({ parent }) => parent },
};
const ORDER = Object.fromEntries(
  Object.entries(FIELDS)
    .filter(([name]) => name !== 'parent')
    .map(([name, { read }]) => [name, read]),
);

/** Throws NOT_FOUND. */
export function getStepEntry(execution: Execution, call: Call): unknown {
  const entry = execution.history.entries[Number(call.param('entry')) - 1];
  if (entry === undefined) {
    throw notFound(`step entry ${call.param('entry')} of execution ${execution.name}`);
  }
  return entryBody(execution, entry, wantsVariables(call));
}

export function listStepEntries(execution: Execution, call: Call): unknown {
  const withVariables = wantsVariables(call);
  const matches = compileFilter(call.query.get('filter') ?? '', (name, rest) =>
    rest === undefined ? FIELDS[name] : undefined,
  );
  const order = compileOrder(call.query.get('orderBy') || 'entryId', ORDER);
  const found = execution.history.entries.filter(matches).sort(order);
  const { items, ...rest } = page(found, ({ id }) => String(id), call.query, {
    fallback: MAX_PAGE,
    max: MAX_PAGE,
    skip: skipOf(call),
  });
  return {
    stepEntries: items.map((entry) => entryBody(execution, entry, withVariables)),
    ...rest,
    totalSize: found.length,
  };
}

/** The `data` of exportData: all there is about an execution. The shape inside is not documented; this is ours. */
export const exportedData = (execution: Execution, now: number): string =>
  JSON.stringify({
    execution: executionBody(execution, 'FULL', now),
    stepEntries: execution.history.entries.map((entry) => entryBody(execution, entry, true)),
  });

/** The view is deprecated, yet BASIC still leaves the variables out. */
const wantsVariables = (call: Call): boolean =>
  enumOf(call.query.get('view') ?? undefined, VIEWS, 'view') !== 'EXECUTION_ENTRY_VIEW_BASIC';

function skipOf(call: Call): number {
  const skip = Number(call.query.get('skip') ?? 0);
  if (Number.isInteger(skip) && skip >= 0) return skip;
  throw invalid('skip must be a number of step entries');
}

/** int64 fields are decimal strings in REST. */
function entryBody(execution: Execution, entry: StepEntry, withVariables: boolean): Record<string, unknown> {
  const metadata = metadataOf(entry);
  return {
    name: `${execution.name}/stepEntries/${entry.id}`,
    entryId: String(entry.id),
    createTime: timestamp(entry.created),
    updateTime: timestamp(entry.updated),
    routine: entry.routine,
    step: entry.step,
    stepType: entry.type,
    state: entry.state,
    ...(entry.exception !== undefined && { exception: { payload: entry.exception } }),
    navigationInfo: navigationOf(entry),
    ...(Object.keys(metadata).length > 0 && { stepEntryMetadata: metadata }),
    ...(withVariables &&
      entry.variables !== undefined && {
        variableData: { variables: JSON.parse(entry.variables) as unknown },
      }),
  };
}

const navigationOf = ({ parent, previous, next, children }: StepEntry): Record<string, unknown> => ({
  ...(parent !== undefined && { parent: String(parent) }),
  ...(previous !== undefined && { previous: String(previous) }),
  ...(next !== undefined && { next: String(next) }),
  ...(children !== undefined && { children: children.map(String) }),
});

const metadataOf = ({ progress, thread }: StepEntry): Record<string, unknown> => ({
  ...(progress !== undefined && {
    progressType: progress.type,
    progressNumber: String(progress.number),
    ...(progress.expected !== undefined && { expectedIteration: String(progress.expected) }),
  }),
  ...(thread !== undefined && { threadId: thread }),
});
