/** The findings of one tenant by what policy says of each, and what a run for some of them does to the others. Pure. */
import type { Finding, Flow } from '../model.ts';
import { kindOf } from '../resources/index.ts';
import { decide, type DecideFor } from './table.ts';

export interface Sorted {
  /** Put right without asking. */
  readonly due: readonly Finding[];
  /** Put right once a person has approved it. */
  readonly waiting: readonly Finding[];
  /** Needs a person, and no flow can do it even so. */
  readonly stuck: readonly Finding[];
  /** Told only. */
  readonly reported: readonly Finding[];
  /** Known and accepted. */
  readonly excepted: readonly Finding[];
}

export function sortFindings(findings: readonly Finding[], by: DecideFor): Sorted {
  const open = findings.filter(({ excepted }) => excepted === null);
  const of = Map.groupBy(open, (finding) => decide(finding, by));
  const [waiting, stuck] = [true, false].map((can) =>
    (of.get('approve') ?? []).filter((finding) => (destroyed(finding) !== null) === can),
  );
  return {
    due: of.get('auto') ?? [],
    waiting: waiting ?? [],
    stuck: stuck ?? [],
    reported: of.get('report') ?? [],
    excepted: findings.filter(({ excepted }) => excepted !== null),
  };
}

/** Only differences inside the cluster are put right without Terraform; a new generation is always applied in full. */
export const flowFor = (due: readonly Finding[], everApplied: boolean): Flow =>
  everApplied && due.every((f) => f.plane === 'cluster' && f.class !== 'pending') ? 'redeploy' : 'provision';

/**
 * Terraform applies the record as a whole, so what may not be made again without a person would come along with what
 * may; and there is nothing to deploy into where the cluster is gone.
 */
export const goesAlong = (finding: Finding, flow: Flow): boolean =>
  flow === 'provision' ||
  finding.plane === 'cluster' ||
  (finding.kind === 'cluster' && finding.class === 'missing');

/** Whether a run of this flow would undo an accepted difference. */
export const undoes = (flow: Flow, { class: c, plane }: Finding): boolean => {
  if (plane === 'endpoint' || c === 'unhealthy') return false;
  // Server-side apply leaves what others have added; Terraform does not.
  if (plane === 'cluster') return c !== 'extra';
  return flow === 'provision';
};

/**
 * Terraform addresses that putting it right deletes or replaces: none for what is changed or made; null when no flow
 * can do it: builds take nothing out of a cluster, and Terraform's address of an unknown kind is not known.
 */
export function destroyed(finding: Finding): readonly string[] | null {
  const { plane, resource, field, risk, want } = finding;
  const goes = field === null ? want === 'absent' : risk === 'replace' || risk === 'stateful';
  if (!goes) return [];
  const kind = kindOf(finding);
  return plane === 'gcp' && kind?.plane === 'gcp' ? [kind.address(resource)] : null;
}
