/**
 * On what terms an environment that exists is adopted: each difference is taken over into the record, or named as a
 * change that may happen, or it is open. Values in, values out.
 */
import { parseTenant } from '../../desired-state/parse.ts';
import type { Tenant } from '../../desired-state/tenant.ts';
import { environmentFindings, type Environment } from '../adopt.ts';
import { expect } from '../expect.ts';
import { UNKNOWN_PAST, type Finding, type Json } from '../model.ts';
import { effectOf, isCompared, mustBeSettled, type Effect } from '../policy/adoption.ts';
import { takenOver } from '../records/accept.ts';

/** What `--take` and `--change` name: `all`, a resource, or one field of it. */
interface Choice {
  readonly resource: string;
  /** Null: all that differs of the resource. */
  readonly field: string | null;
}

const ALL = 'all';

/** `node-pool/gpu`, or `node-pool/gpu:autoscaling.maxNodeCount`. */
function choiceOf(text: string): Choice {
  const colon = text.indexOf(':');
  return colon < 0
    ? { resource: text, field: null }
    : { resource: text.slice(0, colon), field: text.slice(colon + 1) };
}

/** As a person writes it after a flag. */
export const choiceText = ({ resource, field }: Pick<Finding, 'resource' | 'field'>): string =>
  field === null ? resource : `${resource}:${field}`;

export interface Difference {
  readonly finding: Finding;
  readonly effect: Effect;
  /** Named as a change that may happen. */
  readonly accepted: boolean;
  /** Why the record cannot ask for what is there; null where it can. */
  readonly refusal: string | null;
}

export interface Terms {
  /** The record after what was taken over. */
  readonly record: Json;
  readonly tenant: Tenant;
  /** What was taken over into it. */
  readonly taken: readonly Finding[];
  /** What differs from that record. */
  readonly differences: readonly Difference[];
  readonly unreadable: readonly Finding[];
  /** Ids of the resources that are there. */
  readonly standing: readonly string[];
  /** What is wrong with the choices themselves. */
  readonly problems: readonly string[];
}

export interface Choices {
  readonly take: readonly string[];
  readonly change: readonly string[];
}

/** What is neither accepted nor as wanted; while there is any, or anything unreadable, nothing is adopted. */
export const openOf = ({ differences }: Terms): readonly Difference[] =>
  differences.filter(({ finding, accepted }) => mustBeSettled(finding) && !accepted);

/** Replaces or cannot be undone: named one by one, never by `all`. */
export const isDangerous = ({ effect }: Pick<Difference, 'effect'>): boolean =>
  effect === 'replace' || effect === 'impossible';

/** `record` is one that parses as `tenant`; `generation` the one it would get. */
export function termsOf(
  of: { readonly record: Json; readonly tenant: Tenant; readonly generation: number },
  environment: Environment,
  { take, change }: Choices,
): Terms {
  const before = findingsOf(of.tenant, of.generation, environment);
  const took = takeOver(of, before, take);
  const findings = took.taken.length === 0 ? before : findingsOf(took.tenant, of.generation, environment);
  const compared = findings.filter(isCompared);
  const differences = compared.map((finding): Difference => {
    const effect = effectOf(finding);
    return {
      finding,
      effect,
      accepted: isAccepted(finding, effect, change),
      refusal: refusalOf(took.record, finding),
    };
  });
  return {
    ...took,
    differences,
    unreadable: findings.filter((finding) => finding.class === 'unreadable'),
    standing: [...environment.readings].flatMap(([id, { state }]) => (state === 'present' ? [id] : [])),
    problems: [...took.problems, ...problemsOf(change, '--change', compared)],
  };
}

const fits = (finding: Finding, text: string): boolean => {
  const { resource, field } = choiceOf(text);
  return finding.resource === resource && (field === null || finding.field === field);
};

function isAccepted(finding: Finding, effect: Effect, change: readonly string[]): boolean {
  if (effect === 'impossible' || effect === 'stays') return false;
  return change.some((text) => (text === ALL ? effect !== 'replace' : fits(finding, text)));
}

function refusalOf(record: Json, finding: Finding): string | null {
  const next = takenOver(record, finding);
  return next.ok ? null : next.problem;
}

function takeOver(
  of: { readonly record: Json; readonly tenant: Tenant },
  findings: readonly Finding[],
  take: readonly string[],
): Pick<Terms, 'record' | 'tenant' | 'taken' | 'problems'> {
  const compared = findings.filter(isCompared);
  const taken: Finding[] = [];
  const problems = problemsOf(take, '--take', compared);
  let { record } = of;
  for (const finding of compared) {
    const named = take.some((text) => text !== ALL && fits(finding, text));
    if (!named && !take.includes(ALL)) continue;
    const next = takenOver(record, finding);
    if (next.ok) {
      record = next.value;
      taken.push(finding);
    } else if (named) {
      problems.push(`--take ${choiceText(finding)}: it cannot be taken over: ${next.problem}`);
    }
  }
  const parsed = parseTenant(record);
  // What was taken over was tried out on the record one by one, so it parses.
  return { record, tenant: parsed.ok ? parsed.tenant : of.tenant, taken, problems };
}

/** Choices that name no difference: more likely a slip than a wish. */
function problemsOf(choices: readonly string[], flag: string, findings: readonly Finding[]): string[] {
  return choices.flatMap((text) => {
    if (text === ALL || findings.some((finding) => fits(finding, text))) return [];
    const known = [...new Set(findings.map(choiceText))].join(', ');
    return [`${flag} ${text}: nothing of that name differs; what differs is ${known || 'nothing at all'}`];
  });
}

const findingsOf = (tenant: Tenant, generation: number, environment: Environment): Finding[] => [
  ...environmentFindings(tenant, generation, environment),
  ...imageFinding(tenant, environment),
];

/** The first run builds the image anew and rolls it out, whatever runs now; no want says so, since no digest is known yet. */
function imageFinding(tenant: Tenant, { readings, at }: Environment): Finding[] {
  const { source } = tenant.spec.workload;
  const want = expect(tenant, null).find(({ kind }) => kind === 'deployment');
  const reading = want && readings.get(want.id);
  if (want === undefined || reading?.state !== 'present') return [];
  const field = `containers[${tenant.spec.workload.name}].image`;
  return [
    {
      ...UNKNOWN_PAST,
      tenant: tenant.metadata.name,
      class: 'changed',
      plane: 'cluster',
      resource: want.id,
      kind: want.kind,
      field,
      want: `built from ${source.repository} at ${source.revision}`,
      have: reading.value[field] ?? null,
      from: 'spec.workload.source',
      risk: 'in-place',
      message: 'the first run builds the image and rolls it out',
      source: reading.source,
      at: reading.at,
      since: at,
    },
  ];
}
