/**
 * The launch protocol: intent row first, then the execution with labels, then its name in the ledger. Whatever dies in
 * between is found again by label; the workflow's own first step makes sure that only the fence's holder has effect.
 */
import type { ExecutionEntry, NewIntent } from '../desired-state/store.ts';
import type { Tenant } from '../desired-state/tenant.ts';
import type { LedgerEntry } from '../desired-state/store.ts';
import { describe } from './error-text.ts';
import { firstIntent, launchable } from './launchable.ts';
import type { Flow, Import, Platform } from './model.ts';
import { CloudError, type CloudErrorKind, type Ports } from './ports.ts';
import { isCondemned } from './sweep.ts';

/** Longer than the longest build; after it an execution that recorded no end is taken for lost. */
const EXECUTION_DEADLINE_MS = 3 * 60 * 60 * 1000;

/** The pass itself, where a person's email would stand. */
export const PASS = 'plumbline';

export interface Launch {
  readonly tenant: Tenant;
  readonly applied: Tenant | null;
  readonly ledger: LedgerEntry | undefined;
  readonly generation: number;
  readonly flow: Flow;
  readonly because: readonly string[];
  readonly requester: string;
  /** Terraform addresses that it may delete or replace; left out: none. */
  readonly mayDestroy?: readonly string[];
  /** What a provision takes over into Terraform's state first; left out: nothing. */
  readonly imports?: readonly Import[];
  /** Asked last, when nothing else can keep the launch back: each yes is a launch made. */
  readonly permit?: () => Promise<boolean>;
}

export type LaunchResult =
  | { readonly outcome: 'launched'; readonly intent: string; readonly execution: string }
  | { readonly outcome: 'held'; readonly reason: 'in-flight' | 'breaker'; readonly message: string }
  | { readonly outcome: 'failed'; readonly message: string };

/** Starts one flow for one tenant, at most once per intent. Never throws for what checker, cloud or store refuse. */
export async function launch(ports: Ports, platform: Platform, request: Launch): Promise<LaunchResult> {
  let opened: ExecutionEntry | undefined;
  try {
    // Before the intent: what cannot be deployed or launched must not leave the tenant fenced.
    const { definition, argument } = launchable({ ...request, platform, intent: firstIntent(request) });
    const { revision } = await ports.workflows.ensure(definition);
    const intent = await ports.store.openIntent(intentOf(ports, definition.name, request));
    if (intent.outcome === 'busy') {
      return {
        outcome: 'held',
        reason: 'in-flight',
        message: `${intent.execution.flow} (${intent.execution.intent}) is under way`,
      };
    }
    if (intent.outcome === 'outdated') {
      return {
        outcome: 'held',
        reason: 'in-flight',
        message: `the record moved on to generation ${intent.generation}; the next pass plans anew`,
      };
    }
    opened = intent.execution;
    // After the intent: a sweep that does not see the intent is one whose announcement is seen here.
    const standing = await ports.workflows.standing(definition.name);
    if (standing === undefined || isCondemned(standing, ports.clock.now())) {
      const message = `the definition ${definition.name} is being removed as unused; the next pass deploys it anew`;
      await takeBack(ports, opened, message);
      return { outcome: 'held', reason: 'in-flight', message };
    }
    if (request.permit !== undefined && !(await request.permit())) {
      await takeBack(ports, opened, NOT_PERMITTED);
      return { outcome: 'held', reason: 'breaker', message: NOT_PERMITTED };
    }
    const execution = await ports.workflows.execute({
      workflow: definition.name,
      argument: { ...argument, intent: opened.intent },
      labels: labelsOf(opened),
    });
    await ports.store.recordLaunch(opened.name, opened.intent, {
      execution: execution.name,
      revision: execution.workflowRevisionId,
      now: ports.clock.now().toISOString(),
    });
    return execution.workflowRevisionId === revision
      ? { outcome: 'launched', intent: opened.intent, execution: execution.name }
      : {
          outcome: 'failed',
          message: foreignRevision(definition.name, revision, execution.workflowRevisionId),
        };
  } catch (error) {
    const message = `could not launch ${request.flow}: ${describe(error)}`;
    if (opened === undefined || (isRefusal(error) && (await takenBack(ports, opened, message)))) {
      return { outcome: 'failed', message };
    }
    // An intent that may or may not have an execution is left open: the next pass looks it up by label.
    return {
      outcome: 'failed',
      message: `${message} (intent ${opened.intent} stays open until the next pass has looked for it)`,
    };
  }
}

const NOT_PERMITTED =
  'the breaker is open and no override has a launch left; the next one needs another `plumb override`';

/** The service itself said no: no execution came of the call. Silence and 5xx say nothing of the kind. */
const REFUSALS: ReadonlySet<CloudErrorKind> = new Set(['denied', 'invalid', 'not-found', 'throttled']);

const isRefusal = (error: unknown): boolean => error instanceof CloudError && REFUSALS.has(error.kind);

/** Nothing was started, so nothing failed; the fence is free for the next try. */
async function takeBack(ports: Ports, { name, intent }: ExecutionEntry, why: string): Promise<void> {
  const now = ports.clock.now().toISOString();
  await ports.store.closeExecution(name, intent, { state: 'SUPERSEDED', error: why, now });
}

/** Whether it could be taken back; a store that is gone leaves the intent to the next pass. */
const takenBack = (ports: Ports, opened: ExecutionEntry, why: string): Promise<boolean> =>
  takeBack(ports, opened, why).then(
    () => true,
    () => false,
  );

export const labelsOf = (execution: Pick<ExecutionEntry, 'name' | 'intent' | 'generation'>) => ({
  'plumbline-tenant': execution.name,
  'plumbline-intent': execution.intent,
  'plumbline-generation': String(execution.generation),
});

function intentOf(ports: Ports, workflow: string, request: Launch): NewIntent {
  const now = ports.clock.now();
  return {
    name: request.tenant.metadata.name,
    generation: request.generation,
    flow: request.flow,
    workflow,
    because: request.because,
    requester: request.requester,
    now: now.toISOString(),
    deadline: new Date(now.getTime() + EXECUTION_DEADLINE_MS).toISOString(),
  };
}

const foreignRevision = (name: string, ours: string, ran: string): string =>
  `the execution of ${name} runs revision ${ran}, not ${ours} which Plumbline deployed: somebody changed the ` +
  'definition between deploy and launch; look at the workflow before the next pass';
