import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PARENT, workflowsCloud, type Json, type WorkflowsCloud } from '../support/cloud.ts';

let w: WorkflowsCloud;
beforeAll(async () => {
  w = await workflowsCloud();
});
afterAll(async () => {
  await w.close();
});

const get = async (path: string): Promise<Json> => (await w.call('workflowexecutions', 'GET', path)).body;

let deployed = 0;
/** Runs a source to its end; gives the execution's name. */
async function finished(source: string, fields: Json = {}): Promise<string> {
  deployed += 1;
  await w.deploy(`steps-${deployed}`, source);
  return String((await w.run(`steps-${deployed}`, undefined, fields))['name']);
}

async function entriesOf(execution: string, query = ''): Promise<Json[]> {
  return (await get(`${execution}/stepEntries${query}`))['stepEntries'] as Json[];
}

/** One line per entry: id, type, step, then where it stands. */
const outline = (entries: readonly Json[]): string[] =>
  entries.map((entry) => {
    const { parent, previous, next, children } = entry['navigationInfo'] as Record<string, string | string[]>;
    const places = [
      ...(parent === undefined ? [] : [`in ${String(parent)}`]),
      ...(previous === undefined ? [] : [`after ${String(previous)}`]),
      ...(next === undefined ? [] : [`before ${String(next)}`]),
      ...(children === undefined ? [] : [`holds ${String(children)}`]),
    ];
    return [entry['entryId'], String(entry['stepType']).slice('STEP_'.length), entry['step'], ...places].join(
      ' ',
    );
  });

describe('step entries', () => {
  it('tell each step, what it stands in and what is beside it', async () => {
    const execution = await finished(`
main:
  steps:
  - first: {assign: [{x: 1}]}
  - group:
      steps:
      - inner: {call: twice, args: {n: 2}, result: x}
  - choose:
      switch:
      - {condition: false, next: end}
      - condition: true
        steps: [{wait: {call: sys.sleep, args: {seconds: 1}}}]
  - go: {next: last}
  - last: {return: "\${x}"}
twice:
  params: [n]
  steps: [{give: {return: "\${n * 2}"}}]`);
    expect(outline(await entriesOf(execution))).toEqual([
      '1 ASSIGN first before 2',
      '2 SUBWORKFLOW_CALL inner after 1 before 4 holds 3',
      '3 RETURN give in 2',
      '4 SWITCH choose after 2 before 7 holds 5',
      '5 CONDITION choose in 4 holds 6',
      '6 STD_LIB_CALL wait in 5',
      '7 GOTO go after 4 before 8',
      '8 RETURN last after 7',
    ]);
    const [first, , give] = await entriesOf(execution);
    expect(first).toMatchObject({
      name: `${execution}/stepEntries/1`,
      routine: 'main',
      state: 'STATE_SUCCEEDED',
      createTime: expect.stringMatching(/Z$/) as string,
      updateTime: expect.stringMatching(/Z$/) as string,
    });
    expect(give).toMatchObject({ routine: 'twice' });
    expect(first).not.toHaveProperty('variableData');
    expect(await get(`${execution}/stepEntries/3`)).toEqual(give);
  });

  it('tell rounds of a loop in order, with how many there will be only in a detailed history', async () => {
    const source = '- l: {for: {value: v, in: [5, 6], steps: [{a: {assign: [{x: "${v}"}]}}]}}';
    const basic = await entriesOf(await finished(source));
    expect(outline(basic)).toEqual([
      '1 FOR l holds 2,4',
      '2 FOR_ITERATION l in 1 before 4 holds 3',
      '3 ASSIGN a in 2',
      '4 FOR_ITERATION l in 1 after 2 holds 5',
      '5 ASSIGN a in 4',
    ]);
    expect(basic[1]?.['stepEntryMetadata']).toEqual({
      progressType: 'PROGRESS_TYPE_FOR',
      progressNumber: '1',
    });
    const detailed = await entriesOf(
      await finished(source, { executionHistoryLevel: 'EXECUTION_HISTORY_DETAILED' }),
    );
    expect(detailed[3]).toMatchObject({
      stepEntryMetadata: { progressNumber: '2', expectedIteration: '2' },
    });
    expect(detailed[4]).toMatchObject({ variableData: { variables: { v: 6, x: 6 } } });
  });

  it('tell parallel branches as threads beside each other', async () => {
    const execution = await finished(`
- p:
    parallel:
      branches:
      - left: {steps: [{a: {assign: [{x: 1}]}}]}
      - right: {steps: [{b: {assign: [{x: 1}]}}]}
- q: {parallel: {for: {value: v, range: [1, 2], steps: [{c: {assign: [{x: 1}]}}]}}}`);
    const entries = await entriesOf(execution);
    const numberOf = (entry: Json): number =>
      Number((entry['stepEntryMetadata'] as Json | undefined)?.['progressNumber']);
    // Which branch begins first is not promised.
    const of = (type: string) =>
      entries.filter(({ stepType }) => stepType === type).sort((a, b) => numberOf(a) - numberOf(b));
    expect(of('STEP_PARALLEL_BRANCH_ENTRY')).toMatchObject([
      {
        step: 'left',
        navigationInfo: { parent: '1' },
        stepEntryMetadata: {
          progressType: 'PROGRESS_TYPE_PARALLEL_BRANCH',
          progressNumber: '1',
          threadId: '1-1',
        },
      },
      { step: 'right', stepEntryMetadata: { progressNumber: '2', threadId: '1-2' } },
    ]);
    for (const entry of of('STEP_PARALLEL_BRANCH_ENTRY')) {
      expect(entry['navigationInfo']).not.toHaveProperty('previous');
      expect(entry['navigationInfo']).not.toHaveProperty('next');
    }
    expect(entries.find(({ step }) => step === 'b')).toMatchObject({
      stepEntryMetadata: { threadId: '1-2' },
    });
    expect(of('STEP_PARALLEL_FOR')).toMatchObject([{ step: 'q' }]);
    expect(of('STEP_FOR_ITERATION')).toMatchObject([
      { stepEntryMetadata: { progressType: 'PROGRESS_TYPE_PARALLEL_FOR', progressNumber: '1' } },
      { stepEntryMetadata: { progressNumber: '2' } },
    ]);
  });

  it('tell tries, retries and what caught the error', async () => {
    const execution = await finished(`
- t:
    try:
      steps: [{oops: {raise: "no"}}]
    retry: {predicate: "\${retry.always}", max_retries: 1, backoff: {initial_delay: 1, max_delay: 1, multiplier: 1}}
    except: {as: e, steps: [{done: {return: "\${e}"}}]}`);
    const entries = await entriesOf(execution);
    expect(outline(entries)).toEqual([
      '1 TRY_RETRY_EXCEPT t holds 2,4,7',
      '2 TRY t in 1 before 4 holds 3',
      '3 RAISE oops in 2',
      '4 RETRY t in 1 after 2 before 7 holds 5',
      '5 TRY t in 4 holds 6',
      '6 RAISE oops in 5',
      '7 EXCEPT t in 1 after 4 holds 8',
      '8 RETURN done in 7',
    ]);
    expect(entries[2]).toMatchObject({ state: 'STATE_FAILED', exception: { payload: '"no"' } });
    expect(entries[0]).toMatchObject({ state: 'STATE_SUCCEEDED' });
    expect(entries[3]).toMatchObject({
      stepEntryMetadata: { progressType: 'PROGRESS_TYPE_RETRY', progressNumber: '1' },
    });
  });

  it('show what runs now, and that it was cancelled', async () => {
    await w.deploy('nap', '- nap: {call: sys.sleep, args: {seconds: 86400}}');
    const { body } = await w.call('workflowexecutions', 'POST', `${PARENT}/workflows/nap/executions`, {});
    const execution = String(body['name']);
    await w.cloud.clock.advance(1000);
    expect(await entriesOf(execution)).toMatchObject([{ state: 'STATE_IN_PROGRESS' }]);
    await w.call('workflowexecutions', 'POST', `${execution}:cancel`, {});
    expect(await entriesOf(execution)).toMatchObject([{ state: 'STATE_CANCELLED' }]);
  });

  it('can be filtered, ordered, skipped and paged', async () => {
    const execution = await finished(
      '- a: {assign: [{x: 1}]}\n- b: {assign: [{x: 2}]}\n- l: {for: {value: v, range: [1, 2], steps: [{c: {assign: [{y: 1}]}}]}}',
    );
    const ids = async (query: string) => (await entriesOf(execution, query)).map(({ entryId }) => entryId);
    const filter = (text: string) => `?filter=${encodeURIComponent(text)}`;
    expect(await ids(filter('stepType="STEP_ASSIGN"'))).toEqual(['1', '2', '5', '7']);
    expect(await ids(filter('stepType="FOR_ITERATION" OR step="a"'))).toEqual(['1', '4', '6']);
    expect(await ids(filter('parent=3 AND state="SUCCEEDED"'))).toEqual(['4', '6']);
    expect(await ids(filter('NOT entryId>1'))).toEqual(['1']);
    expect(await ids('?orderBy=step%20desc,entryId&pageSize=3')).toEqual(['3', '4', '6']);
    expect(await ids('?skip=5')).toEqual(['6', '7']);
    const page = await get(`${execution}/stepEntries?pageSize=2`);
    expect(page).toMatchObject({ totalSize: 7, stepEntries: [{ entryId: '1' }, { entryId: '2' }] });
    expect(await ids(`?pageSize=2&skip=1&pageToken=${String(page['nextPageToken'])}`)).toEqual(['4', '5']);
    const { status } = await w.call('workflowexecutions', 'GET', `${execution}/stepEntries?orderBy=parent`);
    expect(status).toBe(400);
  });

  it('are gone once the history is deleted, which needs an execution that has ended', async () => {
    const execution = await finished('- a: {return: 1}');
    const { body } = await w.call('workflowexecutions', 'GET', `${execution}:exportData`);
    const data = JSON.parse(String(body['data'])) as Json;
    expect(data).toMatchObject({ execution: { result: '1' }, stepEntries: [{ step: 'a' }] });
    const deleting = await w.call('workflowexecutions', 'POST', `${execution}:deleteExecutionHistory`, {});
    expect(deleting).toEqual({ status: 200, body: {} });
    expect(await get(`${execution}/stepEntries`)).toEqual({ stepEntries: [], totalSize: 0 });
    expect((await w.call('workflowexecutions', 'GET', `${execution}/stepEntries/1`)).status).toBe(404);
    expect(await get(execution)).toMatchObject({ state: 'SUCCEEDED' });
    const { body: nap } = await w.call(
      'workflowexecutions',
      'POST',
      `${PARENT}/workflows/nap/executions`,
      {},
    );
    const running = await w.call(
      'workflowexecutions',
      'POST',
      `${String(nap['name'])}:deleteExecutionHistory`,
      {},
    );
    expect(running).toMatchObject({ status: 400, body: { error: { status: 'FAILED_PRECONDITION' } } });
  });
});
