/**
 * The published shape of a report, for programs that read one. The model's types say the same; the compiler holds the
 * two together, and a test holds the JSON Schema in this folder to what is generated from here.
 */
import { z } from 'zod';
import { REPORT_FORMAT, VERDICTS, type RunReport } from '../model.ts';

const time = z.string().describe('RFC 3339, UTC');
const count = z.int().min(0);
/** A map of which any part may be left out: what is not there is none. */
const counts = <Name extends string>(names: readonly [Name, ...Name[]]) =>
  z.partialRecord(z.enum(names), count);

const verdict = z.enum(VERDICTS).describe('exactly one per tenant and pass');
const findingClass = z.enum([
  ...(['missing', 'changed', 'extra', 'unhealthy', 'unreadable', 'pending', 'exception'] as const),
]);
const flow = z.enum(['provision', 'redeploy', 'rebuild', 'health-check', 'deep-check', 'decommission']);
const because = z.array(z.string()).describe('keys of the findings that are the cause: class:resource:field');

const attribution = z
  .discriminatedUnion('found', [
    z.strictObject({
      found: z.literal(true),
      who: z.string().describe('an email, or the name of a field manager'),
      when: time,
      how: z.string().describe('the method or operation'),
      from: z.enum(['audit-log', 'managed-fields']),
      confidence: z.enum(['high', 'medium', 'low']),
      ownRun: z.string().nullable().describe('the intent, when it was a run of our own'),
    }),
    z.strictObject({ found: z.literal(false), reason: z.string(), again: z.literal(true).exactOptional() }),
  ])
  .describe('who made the difference; or, honestly, that nobody can say');

const finding = z.strictObject({
  tenant: z.string(),
  class: findingClass.describe('missing, changed, extra are drift; pending never is'),
  plane: z.enum(['gcp', 'cluster', 'endpoint']),
  resource: z.string().describe('KIND/NAME, unique within the tenant'),
  kind: z.string(),
  field: z.string().nullable().describe('path within the resource; null: the resource as a whole'),
  want: z.json().describe('a secret reads «secret N»: equal secrets have equal numbers within a report'),
  have: z.json(),
  from: z.string().nullable().describe("the record's field; null where none stands behind it"),
  risk: z.enum(['in-place', 'replace', 'one-way', 'stateful', 'none']),
  message: z.string().describe('why we say so, for people'),
  source: z.string().describe('what was asked'),
  at: time.describe('when it was read'),
  since: time.describe('when a pass first saw it'),
  lastClean: time.nullable().describe('when it was last seen not to be there'),
  corrected: count.describe('how often it was put right within the window that contests are judged by'),
  contested: z.strictObject({ opponent: z.string(), times: count }).nullable(),
  attribution: attribution.nullable().describe('null: nobody has asked the logs'),
  excepted: z.string().nullable().describe('id of the exception that accepts it; it is still counted'),
});

const action = z.strictObject({
  tenant: z.string(),
  flow,
  because,
  summary: z.string(),
  mayDestroy: z.array(z.string()).exactOptional().describe('Terraform addresses; left out: none'),
  execution: z.string().nullable().describe('null: not launched'),
});

const held = z.strictObject({
  tenant: z.string(),
  flow: flow.nullable().describe('null: policy has no action for it'),
  because,
  reason: z.enum([
    ...(['paused', 'window', 'approval', 'contested', 'report-only', 'budget', 'breaker'] as const),
    ...(['in-flight', 'unreadable', 'unowned', 'retry-later'] as const),
  ]),
  message: z.string(),
  next: time.nullable().describe('when time alone lets it be done'),
});

const pause = z.strictObject({ by: z.string(), reason: z.string(), since: time, until: time });

const tenant = z.strictObject({
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  verdict,
  status: z
    .enum([
      ...(['CREATING', 'READY', 'DEPLOYING', 'DEPLOYED', 'REBUILDING', 'REDEPLOYING', 'REDEPLOYED'] as const),
      ...(['FAILED', 'DECOMMISSIONING', 'DECOMMISSIONED'] as const),
    ])
    .nullable(),
  generation: z.int(),
  appliedGeneration: z.int().nullable(),
  findings: z.array(finding),
  actions: z.array(action),
  held: z.array(held),
  error: z.string().nullable().describe('why the tenant could not be judged at all'),
  health: z
    .strictObject({
      healthy: z.boolean(),
      code: z.int().nullable().describe('HTTP status; null when no answer came'),
      url: z.string(),
      reason: z.string(),
      checkedAt: time,
    })
    .nullable(),
  resources: count.describe('how many wanted resources were compared'),
  paused: pause.nullable(),
  breakGlass: pause.nullable(),
  coverage: z
    .strictObject({
      declared: count,
      platform: count,
      unexplained: z.array(z.strictObject({ name: z.string(), assetType: z.string() })),
      more: count,
    })
    .nullable(),
  staleSince: time.nullable(),
  planHash: z.string().nullable().describe('names what would be done, for `plumb approve`'),
});

const shard = z.strictObject({ index: count, count: z.int().min(1) });
const share = z.number().min(0).max(1);

const fleet = z.strictObject({
  census: z.strictObject({
    shard,
    complete: z.boolean().describe('false when people named the tenants'),
    records: count,
    settled: count,
    missing: count,
    compared: count,
    seen: count,
    measure: z.strictObject({ records: count, seen: share, missing: z.array(share) }),
  }),
  overrides: z.array(
    z.strictObject({
      id: z.string(),
      actor: z.string(),
      reason: z.string(),
      launches: count,
      used: count,
      until: time,
      acceptsSize: z.boolean(),
      refused: z.string().nullable(),
    }),
  ),
  unguarded: z.array(z.strictObject({ threshold: z.string(), reason: z.string() })),
  rollouts: z.array(
    z.strictObject({
      name: z.string(),
      field: z.string(),
      value: z.string(),
      author: z.string(),
      state: z.enum(['running', 'paused', 'halted', 'aborting', 'aborted', 'done']),
      wave: count,
      waves: count,
      tenants: counts([
        ...(['waiting', 'starting', 'edited', 'done', 'failed', 'returning', 'returned'] as const),
        ...(['withdrawing', 'untouched', 'overtaken'] as const),
      ]),
      message: z.string().nullable(),
    }),
  ),
  outbox: z
    .strictObject({ count: z.int().min(1), since: time, lastError: z.string().nullable() })
    .exactOptional()
    .describe('notifications of earlier passes that have not arrived yet; left out: none'),
});

/** Parses a report and refuses any other shape, unknown keys included. */
export const reportSchema = z
  .strictObject({
    format: z.literal(REPORT_FORMAT),
    run: z.strictObject({
      id: z.string(),
      startedAt: time,
      finishedAt: time,
      mode: z.enum(['act', 'dry-run']),
      shard,
    }),
    summary: z.strictObject({
      tenants: count,
      verdicts: counts(VERDICTS),
      findings: z.partialRecord(findingClass, count),
      launched: count,
      held: count,
      oldestObservation: time.nullable(),
      excepted: count.describe('they count in `findings` as well'),
      calls: z.record(z.string(), count).describe('calls made to look, by API'),
    }),
    breaker: z
      .strictObject({ tripped: z.array(z.string()), cause: z.string().nullable(), admitted: count })
      .nullable()
      .describe('null while it is closed'),
    fleet,
    tenants: z.array(tenant),
  })
  .describe('What one pass saw, decided and did.');

/** Types that readonly does not tell apart. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;

/** Does not compile when schema and model part ways. */
type TextIfHeld = Same<Plain<z.output<typeof reportSchema>>, Plain<RunReport>> extends true ? string : never;
const ORIGIN: TextIfHeld =
  'Generated from reconciler/report/schema.ts, which is held to reconciler/model.ts.';

/** The JSON Schema (draft 2020-12) as one value. */
export function reportJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, description, ...rest } = z.toJSONSchema(reportSchema);
  const version = REPORT_FORMAT.slice(REPORT_FORMAT.lastIndexOf('/') + 1);
  return {
    $schema,
    $id: `https://plumbline.dev/schema/report.${version}.json`,
    title: `RunReport (${REPORT_FORMAT})`,
    description,
    $comment: ORIGIN,
    ...rest,
  };
}

/** The schema as it stands in the repository; a test holds the file to this text. */
export const recordedReportSchema = {
  path: 'reconciler/report/schema/report.v1alpha1.json',
  text: (): string => `${JSON.stringify(reportJsonSchema(), null, 2)}\n`,
};
