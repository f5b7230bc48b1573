/**
 * What every flow has around its work: take the fence, do the work, record success, or record the cause of failure
 * and leave the tenant ready for another try.
 */
import type { Platform } from '../../reconciler/model.ts';
import {
  assign,
  attempt,
  call,
  choose,
  expr,
  give,
  raise,
  routine,
  when,
  workflow,
  type Step,
  type ValueMap,
  type Workflow,
} from '../tree.ts';
import { readOutput, runBuildRoutine } from './build.ts';
import { causeOf, mayBeRetried, note } from './errors.ts';
import {
  closeSession,
  executionUpdate,
  ledgerUpdate,
  record,
  recordOrStop,
  recordRoutine,
  transactRoutine,
  type LedgerChange,
} from './ledger.ts';

export interface Frame {
  /** Written with the first look at the fence. */
  readonly begin: LedgerChange;
  readonly work: readonly Step[];
  /** Written with success; the fence is given up and the last error forgotten besides. */
  readonly done: LedgerChange;
  /** What the execution returns besides its outcome; may read what the work left. */
  readonly result?: ValueMap;
  /** What failure does to the tenant: `FAILED` with its cause, or nothing (a flow that only looks). */
  readonly onFailure: 'mark-failed' | 'keep-status';
}

/** The whole definition: `main` with one parameter `args` (an `ExecutionArgument`), and the subworkflows it uses. */
export function framed(platform: Platform, { begin, work, done, result, onFailure }: Frame): Workflow {
  const forgotten: LedgerChange = onFailure === 'mark-failed' ? { last_error: null } : {};
  const main = routine(
    'main',
    ['args'],
    [
      ...recordOrStop('take_fence', 'RUNNING', begin),
      attempt(
        'work',
        [
          ...work,
          ...recordOrStop('record_success', 'SUCCEEDED', { ...done, ...forgotten, fence: null }),
          give('succeeded', { outcome: 'succeeded', intent: expr('args.intent'), ...result }),
        ],
        { except: { as: 'e', steps: failure(onFailure) } },
      ),
    ],
  );
  return workflow(main, [
    recordRoutine(platform),
    transactRoutine,
    closeSession,
    runBuildRoutine,
    readOutput,
    causeOf,
    mayBeRetried,
  ]);
}

/** The error is raised again at the end, so that the execution itself shows as failed, with the same cause. */
function failure(onFailure: Frame['onFailure']): readonly Step[] {
  return [
    call('explain', 'cause_of', { e: expr('e') }, 'cause'),
    ...(onFailure === 'mark-failed' ? markFailed : giveUpFence),
    attempt('note_failure', [record('record_failure', 'FAILED', expr('mutations'))], {
      except: {
        as: 'unrecorded',
        steps: [
          call('unrecorded_cause', 'cause_of', { e: expr('unrecorded') }, 'why'),
          note('log_unrecorded', 'cause + "; and " + why', 'ERROR'),
        ],
        goesOn: 'the execution ends with the first error, which the next pass records',
      },
    }),
    raise('raise_again', expr('e')),
  ];
}

const giveUpFence: readonly Step[] = [
  assign('as_mutations', {
    mutations: [ledgerUpdate({ fence: null }), executionUpdate('FAILED', expr('cause'))],
  }),
];

/** Adds `mutation` when the error carries `key`. A column cannot be left out of a list of columns by a condition. */
const addWhenKnown = (key: string, change: LedgerChange): readonly Step[] => [
  assign(`${key}_of_error`, { [key]: expr(`map.get(e, "${key}")`), [`with_${key}`]: ledgerUpdate(change) }),
  choose(
    `add_${key}`,
    when(expr(`${key} != null`), {
      steps: [assign(`and_${key}`, { mutations: expr(`list.concat(mutations, with_${key})`) })],
    }),
  ),
];

const markFailed: readonly Step[] = [
  assign('as_mutations', {
    mutations: [
      ledgerUpdate({ status: 'FAILED', last_error: expr('cause'), fence: null }),
      executionUpdate('FAILED', expr('cause')),
    ],
  }),
  ...addWhenKnown('build', { build_id: expr('build') }),
  ...addWhenKnown('health', { health: expr('json.encode_to_string(health)') }),
];
