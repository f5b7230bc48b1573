/**
 * Terraform for one tenant: plan, look at the plan, apply exactly that plan. Destroying is the same with a plan that
 * deletes everything; a deep check only looks.
 */
import { z } from 'zod';
import type { Json } from '../../reconciler/model.ts';
import { askAgain } from '../again.ts';
import { parseInput } from '../input.ts';
import { mustRun } from '../run.ts';
import { StepError, type Context } from '../step.ts';
import { storageBase } from '../storage.ts';
import { importBlock, unpackBundle, type Given } from './bundle.ts';
import {
  applyArguments,
  initArguments,
  listArguments,
  outputArguments,
  planArguments,
  refreshArguments,
  showArguments,
  type State,
} from './commands.ts';
import { driftOf } from './drift.ts';
import { explain } from './errors.ts';
import { refuseDestruction, reviewPlan, type Changes } from './plan.ts';

const json: z.ZodType<Json> = z.json();

const input = z.strictObject({
  bucket: z.string().min(3),
  prefix: z.string().min(1),
  vars: z.record(z.string(), json),
  allowDestroy: z.boolean(),
  /** Addresses that may be deleted or replaced where not everything may. */
  mayDestroy: z.array(z.string()).default([]),
  /** What exists and is taken over into the state; what is in it already stays as it is. */
  imports: z.array(importBlock).default([]),
});

/** Gives `{outputs, changes}`; sensitive outputs are left out, because step outputs are kept in clear. */
export async function apply(raw: Json, context: Context): Promise<Json> {
  const { allowDestroy, mayDestroy, imports, ...of } = parseInput(input, raw);
  const terraform = await open(of, { vars: of.vars, imports }, context);
  const changes = await terraform.planAndApply({ destroy: false, allowDestroy, mayDestroy });
  return { outputs: readOutputs(await terraform.run(outputArguments(), SHORT)), changes: { ...changes } };
}

/** Gives `{changes}`. Throws `StepError` when anything is left in the state. */
export async function destroy(raw: Json, context: Context): Promise<Json> {
  const of = parseInput(input.omit({ imports: true }), raw);
  const terraform = await open(of, of, context);
  const changes = await terraform.planAndApply({ ...of, destroy: true });
  const left = (await terraform.run(listArguments(), SHORT)).split('\n').filter((line) => line !== '');
  if (left.length > 0) {
    throw new StepError(`terraform destroy ended, but the state still holds ${left.join(', ')}; ask again`);
  }
  return { changes: { ...changes } };
}

/** Gives `{drift, omitted, checkedAt}`: where the world differs from the state. Changes neither of them. */
export async function planRefresh(raw: Json, context: Context): Promise<Json> {
  const of = parseInput(input.omit({ allowDestroy: true, mayDestroy: true, imports: true }), raw);
  const terraform = await open(of, of, context);
  await terraform.run(refreshArguments(), PLAN);
  const { drift, omitted } = driftOf(await terraform.run(showArguments(), SHORT));
  return { drift: drift.map((each) => ({ ...each })), omitted, checkedAt: new Date().toISOString() };
}

interface Time {
  readonly seconds: number;
  readonly stopSeconds?: number;
  readonly echo?: boolean;
}

// Terraform retries a failing state bucket for ever and does not heed signals meanwhile: every command has an end.
const SHORT: Time = { seconds: 120, echo: false };
const INIT: Time = { seconds: 300 };
/** A grace, so that the lock is released. */
const PLAN: Time = { seconds: 1200, stopSeconds: 30 };
/** A grace, so that what was created is written to the state. Together these stay below the build's two hours. */
const APPLY: Time = { seconds: 5000, stopSeconds: 120 };

async function open(state: State, given: Given, context: Context) {
  await probeStorage(state, context);
  const cwd = await unpackBundle(given, context);
  const run = (args: readonly string[], time: Time): Promise<string> =>
    mustRun(
      'terraform',
      args,
      { cwd, env: { TF_IN_AUTOMATION: '1' }, ...time },
      context,
      ({ stdout, stderr }) => explain(args[0] ?? '', `${stdout}\n${stderr}`, state),
    );
  await run(initArguments(state), INIT);
  return {
    run,
    async planAndApply(may: {
      readonly destroy: boolean;
      readonly allowDestroy: boolean;
      readonly mayDestroy: readonly string[];
    }): Promise<Changes> {
      await run(planArguments(may.destroy), PLAN);
      const reviewed = reviewPlan(await run(showArguments(), SHORT));
      if (!may.allowDestroy) refuseDestruction(reviewed, may.mayDestroy);
      await run(applyArguments(), APPLY);
      return reviewed.changes;
    },
  };
}

/** Against an emulator that is not there, `terraform init` hangs until it is killed; so ask first. */
async function probeStorage({ bucket }: State, { env }: Context): Promise<void> {
  if (env['STORAGE_EMULATOR_HOST'] === undefined) return;
  const response = await askAgain(
    `${storageBase(env)}/storage/v1/b/${encodeURIComponent(bucket)}/o?maxResults=1`,
    {},
  );
  await response.body?.cancel();
  if (response.status >= 500) {
    throw new StepError(
      `the state bucket ${bucket} cannot be read: the storage service answers ${response.status}; ask again later`,
    );
  }
}

const outputs = z.record(z.string(), z.object({ sensitive: z.boolean().default(false), value: json }));

export function readOutputs(text: string): Record<string, Json> {
  const shown = Object.entries(outputs.parse(JSON.parse(text))).filter(([, { sensitive }]) => !sensitive);
  return Object.fromEntries(shown.map(([name, { value }]) => [name, value]));
}
