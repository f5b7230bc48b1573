/** What a plan would do, and whether it may. */
import { z } from 'zod';
import { StepError } from '../step.ts';

/** The part of `terraform show -json` that is read. Source: https://developer.hashicorp.com/terraform/internals/json-format */
const plan = z.object({
  resource_changes: z
    .array(
      z.object({
        address: z.string(),
        change: z.object({ actions: z.array(z.string()), importing: z.object({}).nullish() }),
      }),
    )
    .default([]),
});

export interface Changes {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  /** Taken over into the state; each counts above as well when it is also changed. */
  readonly import: number;
}

export interface Reviewed {
  readonly changes: Changes;
  /** Addresses of what would be deleted or replaced. */
  readonly destroys: readonly string[];
}

/** Reads the plan's JSON. A replacement is a delete and a create in either order. */
export function reviewPlan(json: string): Reviewed {
  const changes = { create: 0, update: 0, replace: 0, delete: 0, import: 0 };
  const destroys: string[] = [];
  for (const { address, change } of plan.parse(JSON.parse(json)).resource_changes) {
    const creates = change.actions.includes('create');
    const deletes = change.actions.includes('delete');
    if (deletes) destroys.push(address);
    if (change.importing != null) changes.import++;
    if (deletes && creates) changes.replace++;
    else if (deletes) changes.delete++;
    else if (creates) changes.create++;
    else if (change.actions.includes('update')) changes.update++;
  }
  return { changes, destroys };
}

/** Throws `StepError` that lists what the plan would destroy beyond what was approved, address by address. */
export function refuseDestruction({ destroys }: Reviewed, approved: readonly string[]): void {
  const refused = destroys.filter((address) => !approved.includes(address));
  if (refused.length === 0) return;
  throw new StepError(
    `the plan would delete or replace ${refused.join(', ')}, and this run may ${
      approved.length === 0 ? 'not destroy anything' : `only do that to ${approved.join(', ')}`
    }; nothing was changed. Change the record so that these stay, or have the replacement approved`,
  );
}
