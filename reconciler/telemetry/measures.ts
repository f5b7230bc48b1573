/** The numbers of a pass, as monitoring keeps them: named, with units, from the report alone. Pure. */
import { VERDICTS, type FindingClass, type RunReport } from '../model.ts';
import { CLASSES } from '../report/words.ts';

type Attributes = Readonly<Record<string, string>>;

export interface Measure {
  readonly name: string;
  /** UCUM: `s`, or a word in braces for what is counted. */
  readonly unit: string;
  readonly description: string;
  /** `gauge`: how it stands; `counter`: how much it was in this pass; `histogram`: one of many durations. */
  readonly kind: 'gauge' | 'counter' | 'histogram';
  readonly points: readonly { readonly value: number; readonly attributes: Attributes }[];
}

/** Classes and verdicts that nobody has are 0 and not left out, so that a curve comes down again. */
export function measuresOf(report: RunReport): Measure[] {
  const { summary, run, tenants } = report;
  const seconds = (from: string) => (Date.parse(run.finishedAt) - Date.parse(from)) / 1000;
  const reasons = Map.groupBy(
    tenants.flatMap(({ held }) => held),
    ({ reason }) => reason,
  );
  const flows = Map.groupBy(
    tenants.flatMap(({ actions }) => actions).filter(({ execution }) => execution !== null),
    ({ flow }) => flow,
  );
  return [
    {
      name: 'plumbline.tenants',
      unit: '{tenant}',
      description: 'Tenants by verdict',
      kind: 'gauge',
      points: VERDICTS.map((verdict) => ({ value: summary.verdicts[verdict] ?? 0, attributes: { verdict } })),
    },
    {
      name: 'plumbline.findings',
      unit: '{finding}',
      description: 'Findings by class, excepted ones included',
      kind: 'gauge',
      points: CLASSES.map((each: FindingClass) => ({
        value: summary.findings[each] ?? 0,
        attributes: { class: each },
      })),
    },
    {
      name: 'plumbline.held',
      unit: '{action}',
      description: 'Actions that were held, by reason',
      kind: 'gauge',
      points: [...reasons].map(([reason, held]) => ({ value: held.length, attributes: { reason } })),
    },
    {
      name: 'plumbline.launched',
      unit: '{execution}',
      description: 'Executions launched, by flow',
      kind: 'counter',
      points: [...flows].map(([flow, actions]) => ({ value: actions.length, attributes: { flow } })),
    },
    {
      name: 'plumbline.calls',
      unit: '{call}',
      description: 'Calls made to look, by API',
      kind: 'counter',
      points: Object.entries(summary.calls).map(([api, value]) => ({ value, attributes: { api } })),
    },
    {
      name: 'plumbline.pass.duration',
      unit: 's',
      description: 'How long a pass took',
      kind: 'histogram',
      points: [{ value: seconds(run.startedAt), attributes: {} }],
    },
    {
      name: 'plumbline.oldest_observation.age',
      unit: 's',
      description: 'Age of the oldest observation that the verdicts rest on',
      kind: 'gauge',
      points:
        summary.oldestObservation === null
          ? []
          : [{ value: seconds(summary.oldestObservation), attributes: {} }],
    },
  ];
}
