/** One tenant's look in full: what is there of it, what stands beside it, whose doing that was, and what follows from it. */
import type { Judged } from './assemble.ts';
import { Survey } from './coverage.ts';
import { deepCheckFailure } from './deep-checks.ts';
import { describe } from './error-text.ts';
import type { Inquirer } from './inquire.ts';
import { isObservable, judge, toContext, toObserved, type Judging, type Surplus } from './judge.ts';
import type { Case } from './load.ts';
import type { Coverage } from './model.ts';
import type { ClusterSight } from './observe-cluster.ts';
import { observe } from './observe.ts';
import { CloudError, type Ports } from './ports.ts';
import type { Sight } from './sights.ts';
import { confirmKnown, confirmStrays } from './strays.ts';

export interface View {
  readonly judged: Judged;
  readonly cluster: ClusterSight | null;
}

export interface ViewOptions {
  /** Who names a tenant has looked at it: its spent retry budget does not hold it then. */
  readonly only?: readonly string[];
  /** Time of the pass (RFC 3339). */
  readonly now: string;
  /** When the pass may look no more (milliseconds since 1970). */
  readonly until: number;
  readonly by: Judging;
}

interface Around {
  readonly ports: Ports;
  readonly inquirer: Inquirer;
  readonly options: ViewOptions;
}

/** `spent`: the pass may not look any more. `coverage`: as it was last known. Throws only what the store throws. */
export async function lookAtTenant(
  { ports, inquirer, options: { only, now, until, by } }: Around,
  sight: Sight,
  item: Case,
  coverage: Coverage | null,
): Promise<View | 'spent'> {
  const named = only?.includes(item.stored.name) === true;
  const asked = named ? { ...item, failures: 0 } : item;
  try {
    if (!isObservable(item)) return { judged: judge(asked, undefined, now, by), cluster: null };
    if (ports.clock.now().getTime() > until) return 'spent';
    const { readings, cluster } = await observe(ports, sight, toObserved(item), until);
    const surplus = await surplusOf(ports, sight, item, { until, coverage });
    const failure = await deepCheckFailure(ports.store, item);
    const judged = judge(asked, readings, now, by, { ...surplus, deepCheckFailure: failure });
    return { judged: await inquirer.about(judged), cluster };
  } catch (error) {
    if (error instanceof CloudError && error.kind === 'spent') return 'spent';
    const problem = `it could not be judged: ${describe(error)}`;
    return { judged: judge({ ...item, tenant: null, problem }, undefined, now, by), cluster: null };
  }
}

/** What stands in the tenant's project beside what is wanted there; where its bodies were not read, as far as it is known. */
async function surplusOf(
  { reads }: Ports,
  { assets }: Sight,
  item: Case,
  { until, coverage }: { readonly until: number; readonly coverage: Coverage | null },
): Promise<Surplus> {
  const context = toContext(item);
  if (context === null) return { coverage: null, strays: [] };
  const { tenant, project } = context;
  if (assets === null) return { coverage, strays: await confirmKnown(reads, project, item.known, until) };
  const survey = new Survey([context]);
  for (const asset of assets) survey.see(asset);
  survey.done();
  const strays = await confirmStrays(reads, survey, tenant, until);
  return { coverage: survey.coverageOf(tenant), strays };
}
