/**
 * Removes workflow definitions that nothing can need any more. Deleting one cancels what runs of it, so a sweep
 * announces the removal first and looks for users afterwards, while a launch writes its intent first and looks for an
 * announcement afterwards: whatever the order, one of the two sees the other and stays away. Two sweeps at once leave
 * one gap: the service has no conditional delete, so a launch that deploys, intends and executes anew within a single
 * delete request of the slower sweep is cancelled; it is seen as failed and tried again.
 */
import { compile, FLOW_NAMES } from '../workflow-defs/compile.ts';
import type { Platform } from './model.ts';
import type { Deployed, Ports } from './ports.ts';

/** A definition younger than this, or used within it, may be what an older Plumbline beside this one launches. */
export const GRACE_MS = 24 * 60 * 60 * 1000;

/** How long an announcement binds launches. A crashed sweep's lapses by itself, so nobody has to take one back. */
export const CONDEMNED_MS = 10 * 60 * 1000;

/** Well before the announcement lapses anywhere, however far the clocks are apart. */
const REMOVE_WITHIN_MS = CONDEMNED_MS / 2;

/** A pass has better things to do; what is left over waits for the next one. */
const MAX_PER_PASS = 5;

export const isCondemned = ({ condemnedAt }: Deployed, now: Date): boolean =>
  condemnedAt !== null && now.getTime() - Date.parse(condemnedAt) < CONDEMNED_MS;

/** Names of the definitions that were removed. Throws what the store or the service cannot answer; nothing is lost by it. */
export async function sweep(ports: Ports, platform: Platform): Promise<string[]> {
  const current = new Set(FLOW_NAMES.map((flow) => compile(flow, platform).name));
  const old = (await ports.workflows.list()).filter(
    (each) =>
      !current.has(each.name) && isOld(each.deployedAt, ports) && !isCondemned(each, ports.clock.now()),
  );
  const removed: string[] = [];
  for (const { name } of old) {
    if (removed.length === MAX_PER_PASS) break;
    if (await removeUnused(ports, name)) removed.push(name);
  }
  return removed;
}

async function removeUnused(ports: Ports, name: string): Promise<boolean> {
  // Before the announcement, so that one in use is not kept from its launches for nothing.
  if (await isNeeded(ports, name)) return false;
  const announced = ports.clock.now();
  await ports.workflows.condemn(name, announced);
  if (await isNeeded(ports, name)) return false;
  // Another sweep may have been faster, and a launch may have deployed the same text anew since.
  const standing = await ports.workflows.standing(name);
  if (standing === undefined || !isCondemned(standing, ports.clock.now())) return false;
  if (ports.clock.now().getTime() - announced.getTime() > REMOVE_WITHIN_MS) return false;
  await ports.workflows.remove(name);
  return true;
}

/** The ledger knows intents whose execution is still to come; the service, executions that no ledger knows. */
async function isNeeded({ store, workflows, clock }: Ports, name: string): Promise<boolean> {
  if ((await store.listActive()).some(({ workflow }) => workflow === name)) return true;
  const { open, at } = await workflows.lastUse(name);
  return open || (at !== null && !isOld(at, { clock }));
}

/** A time that cannot be read is never long ago. */
const isOld = (time: string, { clock }: Pick<Ports, 'clock'>): boolean =>
  clock.now().getTime() - Date.parse(time) > GRACE_MS;
