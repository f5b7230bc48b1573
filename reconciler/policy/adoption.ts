/**
 * Bringing an environment under management that exists already: which differences a person accepted, and whether what a
 * pass sees is still that. Until the first full apply the adoption decides; after it, it has nothing more to say. Pure.
 */
import type { Directive, LedgerEntry } from '../../desired-state/store.ts';
import { listAt } from '../json.ts';
import type { Finding, FindingClass, Import, Json, Want } from '../model.ts';
import { kindOf } from '../resources/index.ts';
import { approvedMaterial, planChanges, planMaterial, type PlanMaterial } from './approval.ts';
import type { Objection } from './holds.ts';
import { isInForce, type Orders } from './orders.ts';
import { destroyed, type Sorted } from './sorted.ts';

/** What managing an environment does about one difference. */
export type Effect = 'create' | 'change' | 'replace' | 'remove' | 'stays' | 'impossible';

const COMPARED: ReadonlySet<FindingClass> = new Set<FindingClass>(['missing', 'changed', 'extra']);

/** Differences of resources that we would manage; health, strays and what the ledger says are something else. */
export const isCompared = (finding: Finding): boolean =>
  finding.plane !== 'endpoint' && COMPARED.has(finding.class) && kindOf(finding) !== undefined;

/** `stays`: no run changes it. `impossible`: it would have to be removed first, and no run of ours can do that. */
export function effectOf(finding: Finding): Effect {
  const { class: c, plane, risk } = finding;
  if (c === 'missing') return 'create';
  // Server-side apply takes away nothing that it never set; Terraform does.
  if (c === 'extra') return plane === 'cluster' ? 'stays' : 'remove';
  if (risk === 'none') return 'stays';
  if (risk === 'in-place') return 'change';
  return destroyed(finding) === null ? 'impossible' : 'replace';
}

/** What a person has to settle before the environment may be adopted. */
export const mustBeSettled = (finding: Finding): boolean =>
  isCompared(finding) && effectOf(finding) !== 'stays';

export interface Adopted {
  readonly tenant: string;
  readonly generation: number;
  /** Ids of the resources that were there. */
  readonly standing: readonly string[];
  /** Differences that a run may put right. */
  readonly accepted: readonly Finding[];
}

/** What an adoption keeps. */
export function adoptionDetail({ tenant, generation, standing, accepted }: Adopted): Json {
  const material = planMaterial({ tenant, generation, flow: 'provision' }, accepted);
  return { standing, material: material as unknown as Json };
}

/** Ids of the resources that were there when it was given. */
export const standingOf = ({ detail }: Directive): ReadonlySet<string> =>
  new Set(listAt(detail, 'standing').map(String));

export interface AdoptionFor {
  readonly tenant: string;
  readonly generation: number;
  readonly findings: readonly Finding[];
  readonly ledger: LedgerEntry | undefined;
  readonly orders: Orders;
  /** RFC 3339. */
  readonly now: string;
}

/** The adoption that the next run carries out; null where there is none, or the environment is managed by now. */
export const adoptionFor = ({ ledger, orders }: Pick<AdoptionFor, 'ledger' | 'orders'>): Directive | null =>
  ledger?.appliedGeneration == null ? orders.adoption : null;

/** Why the adoption may not be carried out as things are; undefined when it may, or when there is none. */
export function adoptionObjection(of: AdoptionFor): Objection | undefined {
  const adoption = adoptionFor(of);
  if (adoption === null) return undefined;
  const again = `look with 'plumb adopt ${of.tenant} --dry-run', then adopt it again`;
  const objection = (message: string): Objection => ({ reason: 'approval', message, next: null });
  if (!isInForce(adoption, of.now)) {
    return objection(
      `${adoption.id} is over before its run came, and without it what exists would be made a second time; ${again}`,
    );
  }
  const changes = adoption.uses > 0 ? [] : changesSince(approvedMaterial(adoption), of);
  if (changes.length === 0) return undefined;
  const more = changes.length > NAMED ? ` and ${changes.length - NAMED} more` : '';
  const listed = changes.slice(0, NAMED).join('; ') + more;
  return objection(
    `what ${adoption.actor} accepted (${adoption.id}) is not what is there: ${listed}. ${again}`,
  );
}

/** Names at most this many in a sentence. */
const NAMED = 3;

/** After its first run the world is half changed by us, and the usual rules judge what is left. */
function changesSince(accepted: PlanMaterial, { tenant, generation, findings }: AdoptionFor): string[] {
  const { flow } = accepted;
  const now = planMaterial({ tenant, generation, flow }, findings.filter(mustBeSettled));
  // What is as wanted by now needs nobody's word, and neither does a newer record that changes nothing of it.
  const still = new Set(now.findings.map(({ key }) => key));
  const open = accepted.findings.filter(({ key }) => still.has(key));
  return planChanges({ ...accepted, generation, findings: open }, now);
}

/** What was accepted one by one needs no further approval. */
export function withAccepted(sorted: Sorted, of: AdoptionFor): Sorted {
  const adoption = adoptionFor(of);
  if (adoption === null) return sorted;
  const { tenant, generation } = of;
  const accepted = approvedMaterial(adoption);
  const isAccepted = (finding: Finding): boolean => {
    const now = planMaterial({ tenant, generation, flow: accepted.flow }, [finding]);
    const same = accepted.findings.filter(({ key }) => key === now.findings[0]?.key);
    return same.length > 0 && planChanges({ ...accepted, generation, findings: same }, now).length === 0;
  };
  return {
    ...sorted,
    due: [...sorted.due, ...sorted.waiting.filter(isAccepted)],
    waiting: sorted.waiting.filter((finding) => !isAccepted(finding)),
  };
}

/** What of the environment goes into Terraform's state: what was there, and has not gone since. */
export function importsOf(
  adoption: Directive | null,
  wants: readonly Want[],
  findings: readonly Pick<Finding, 'class' | 'resource' | 'field'>[],
): Import[] {
  if (adoption === null) return [];
  const standing = standingOf(adoption);
  const gone = new Set(findings.flatMap((each) => (each.class === 'missing' ? [each.resource] : [])));
  return wants.flatMap((want) => {
    const kind = kindOf(want);
    if (kind?.plane !== 'gcp' || !standing.has(want.id) || gone.has(want.id)) return [];
    return [{ to: kind.address(want.id), id: kind.importId(want) }];
  });
}
