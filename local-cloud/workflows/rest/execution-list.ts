/** Lists of executions: what they can be filtered and ordered by. Source: the reference of executions.list. */
import { durationOf, type Execution } from '../engine/execution.ts';
import { compileFilter } from './filter.ts';
import type { FilterField } from './filter-test.ts';
import { compileOrder } from './paging.ts';

type Field = FilterField<Execution> & { readonly kind: 'text' | 'time' | 'seconds' };

/** `now` in milliseconds of cloud time: how long an execution that still runs has taken. */
function fieldsAt(now: number): Readonly<Record<string, Field>> {
  return {
    executionId: { kind: 'text', read: ({ id }) => id },
    state: { kind: 'text', read: ({ state }) => state },
    createTime: { kind: 'time', read: ({ created }) => created },
    startTime: { kind: 'time', read: ({ started }) => started },
    endTime: { kind: 'time', read: ({ ended }) => ended },
    duration: { kind: 'seconds', read: (execution) => durationOf(execution, now) },
    workflowRevisionId: { kind: 'text', read: ({ revision }) => revision.id },
    stepName: { kind: 'text', read: ({ current }) => current?.step },
    disableConcurrencyQuotaOverflowBuffering: {
      kind: 'text',
      read: ({ disableBuffering }) => String(disableBuffering ?? false),
    },
  };
}

const NOT_ORDERED = ['stepName', 'disableConcurrencyQuotaOverflowBuffering'];

/** The chosen executions of `all`, which comes newest first. Throws INVALID_ARGUMENT. */
export function chosenExecutions(
  all: readonly Execution[],
  query: { readonly filter: string; readonly orderBy: string },
  now: number,
): Execution[] {
  const fields = fieldsAt(now);
  const matches = compileFilter(query.filter, (name, rest) => lookup(fields, name, rest));
  const chosen = all.filter(matches);
  if (query.orderBy === '') return chosen;
  const readers = Object.entries(fields).filter(([field]) => !NOT_ORDERED.includes(field));
  return chosen.sort(
    compileOrder<Execution>(
      query.orderBy,
      Object.fromEntries(readers.map(([field, { read }]) => [field, read])),
    ),
  );
}

function lookup(
  fields: Readonly<Record<string, Field>>,
  name: string,
  rest: string | undefined,
): FilterField<Execution> | undefined {
  if (name === 'labels' || name === 'label') {
    if (rest === undefined) return { kind: 'map', read: ({ labels }) => labels };
    return { kind: 'text', read: ({ labels }) => labels[rest] };
  }
  // Google's own clients write executionID in one place and executionId in another.
  const known = Object.keys(fields).find((field) => field.toLowerCase() === name.toLowerCase());
  return rest === undefined && known !== undefined ? fields[known] : undefined;
}
