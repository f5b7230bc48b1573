/** What policy leaves to people, each with how to go on. Pure. */
import { findingKey, type Finding, type FindingClass, type Held, type HoldReason } from '../model.ts';
import type { Sorted } from './sorted.ts';

interface Group {
  readonly reason: HoldReason;
  readonly message: string;
  readonly findings: readonly Finding[];
}

/** Classes that are always told and never corrected, each with advice of its own. */
const ADVICE: Readonly<Partial<Record<FindingClass, Pick<Group, 'reason' | 'message'>>>> = {
  extra: {
    reason: 'report-only',
    message: 'policy only reports additions; take it into the record, or remove it by hand',
  },
  unhealthy: {
    reason: 'report-only',
    message: 'the configuration may be right and the workload ill; look at its logs, or ask for a rebuild',
  },
  unreadable: {
    reason: 'unreadable',
    message: 'what could not be read is neither right nor wrong; restore the read and the next pass will say',
  },
  exception: {
    reason: 'report-only',
    message:
      "make a new exception with 'plumb except' if the difference is still accepted, and take this one back with 'plumb end'",
  },
};

const CONTESTED =
  'somebody else sets it back whenever it is put right, so Plumbline leaves it alone: stop them, take their value into ' +
  "the record, or accept it with 'plumb except'; once it has stayed right for a week it is corrected again";

/** One entry per reason. */
export function reported(tenant: string, { stuck, reported: told }: Sorted): Held[] {
  const contested = told.filter((finding) => finding.contested !== null);
  const rest = told.filter((finding) => finding.contested === null);
  const groups: Group[] = [
    {
      reason: 'approval',
      message:
        'it would have to be removed or replaced, which no run can do here; do it by hand, or change the record',
      findings: stuck,
    },
    ...Object.entries(ADVICE).map(([name, advice]) => ({
      ...advice,
      findings: rest.filter((finding) => finding.class === name),
    })),
    {
      reason: 'report-only',
      message: 'policy has no correction for it; put it right by hand',
      findings: rest.filter((finding) => ADVICE[finding.class] === undefined),
    },
    { reason: 'contested', message: CONTESTED, findings: contested },
  ];
  return groups.flatMap(({ reason, message, findings }) =>
    findings.length === 0
      ? []
      : [{ tenant, flow: null, because: findings.map(findingKey), reason, message, next: null }],
  );
}
