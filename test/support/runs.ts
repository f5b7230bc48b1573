/** A run in a local cloud without Terraform and without waiting: a small definition, real builds of shell steps, a row in the store. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionEntry } from '../../desired-state/store.ts';
import { LOCAL_PLATFORM } from '../../reconciler/platform-settings.ts';
import { tenant } from './records.ts';
import type { LocalPlace } from './local-place.ts';

const { project, region } = LOCAL_PLATFORM;

/** Says something, waits to be called back, and is done. */
const DEFINITION = `
main:
  params: [args]
  steps:
    - prepare: { assign: [{ x: 1 }] }
    - terraform: { call: sys.log, args: { text: the first } }
    - open: { call: events.create_callback_endpoint, args: { http_callback_method: GET }, result: door }
    - deploy: { call: events.await_callback, args: { callback: '\${door}', timeout: 86400 } }
    - done: { return: ok }
`;

const ask = async <T>(url: string, body?: object, method = body ? 'POST' : 'GET'): Promise<T> => {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`${method} ${url}: ${await response.text()}`);
  return (await response.json()) as T;
};

/** Asks until the answer will do; the local cloud runs processes, which take the time they take. */
async function until<T>(question: () => Promise<T>, will: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await question();
    if (will(answer)) return answer;
    await sleep(20);
  }
}

/** Stores acme, opens an intent, and launches the definition; it waits in `deploy` until `finish` is called. */
export async function launchRun(place: LocalPlace): Promise<ExecutionEntry> {
  const { store, endpoints } = place;
  const record = tenant();
  const now = new Date();
  await store.applyTenant({ name: 'acme', record: record as never, author: 'a', reason: 'a test' });
  const parent = `projects/${project}/locations/${region}`;
  await ask(`${endpoints['workflows'] ?? ''}/v1/${parent}/workflows?workflowId=small`, {
    sourceContents: DEFINITION,
  });
  const small = `${endpoints['workflowexecutions'] ?? ''}/v1/${parent}/workflows/small/executions`;
  const { name } = await until(
    () => ask<{ name: string }>(small, { argument: '{}' }).catch(() => ({ name: '' })),
    (answer) => answer.name !== '',
  );
  const opened = await store.openIntent({
    name: 'acme',
    generation: 1,
    flow: 'provision',
    workflow: 'small',
    because: ['missing:nat/acme-nat'],
    requester: 'plumbline',
    now: now.toISOString(),
    deadline: new Date(now.getTime() + 3_600_000).toISOString(),
  });
  if (opened.outcome !== 'opened') throw new Error(opened.outcome);
  const { intent } = opened.execution;
  await store.recordLaunch('acme', intent, { execution: name, revision: '1', now: now.toISOString() });
  const address = `${endpoints['workflowexecutions'] ?? ''}/v1/${name}`;
  await until(
    () => ask<{ status?: { currentSteps?: { step: string }[] } }>(address),
    ({ status }) => status?.currentSteps?.some(({ step }) => step === 'deploy') === true,
  );
  return (await runOf(place, intent)) ?? opened.execution;
}

export const runOf = async ({ store }: LocalPlace, intent: string): Promise<ExecutionEntry | undefined> =>
  (await store.listExecutions('acme')).find((run) => run.intent === intent);

/** Calls the waiting execution back, as somebody outside would, until it has ended. */
export async function finish({ endpoints }: LocalPlace, execution: string): Promise<void> {
  const address = `${endpoints['workflowexecutions'] ?? ''}/v1/${execution}`;
  const { callbacks } = await ask<{ callbacks: { name: string }[] }>(`${address}/callbacks`);
  for (const { name } of callbacks) {
    await fetch(`${endpoints['workflowexecutions'] ?? ''}/v1/${name}`);
  }
  await until(
    () => ask<{ state: string }>(address),
    ({ state }) => state !== 'ACTIVE',
  );
}

/** A build of a run, of one shell step; resolves when it has ended, or when it works. */
export async function build(
  { endpoints }: LocalPlace,
  of: { readonly intent: string; readonly part: string; readonly script: string; readonly project?: string },
  ended = true,
): Promise<void> {
  const parent = `projects/${of.project ?? project}/locations/${region}`;
  const builds = `${endpoints['cloudbuild'] ?? ''}/v1/${parent}/builds`;
  const { metadata } = await ask<{ metadata: { build: { id: string } } }>(builds, {
    steps: [{ name: 'ubuntu', entrypoint: 'sh', args: ['-c', of.script], id: `${of.part}-step` }],
    tags: [of.intent, 'tenant-acme', `${of.intent}-${of.part}`],
  });
  await until(
    () => ask<{ status: string; finishTime?: string }>(`${builds}/${metadata.build.id}`),
    ({ status, finishTime }) => (ended ? finishTime !== undefined : status === 'WORKING'),
  );
}
