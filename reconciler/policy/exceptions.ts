/**
 * Exceptions: differences that somebody knows of and accepts for a while. An excepted finding is not acted on and is
 * no drift, but it is still seen, counted and shown. An exception that is over, or that matches nothing, is a finding
 * itself. Pure.
 */
import { FLEET, type Directive } from '../../desired-state/store.ts';
import { at, textAt } from '../json.ts';
import {
  findingKey,
  UNKNOWN_PAST,
  type Finding,
  type FindingClass,
  type Json,
  type Plane,
  type Want,
} from '../model.ts';
import { matchesGlob } from './glob.ts';
import { isInForce } from './orders.ts';

/** What an exception is about: one finding by its key, or a resource and perhaps a field of it (`*`: any text). */
export interface ExceptionDetail {
  /** Who answers for it. */
  readonly owner: string;
  readonly finding: string | null;
  readonly resource: string | null;
  readonly field: string | null;
  /** A resource that is gone is hidden only by an exception that says so. */
  readonly missing: boolean;
  /** Of an exception for the fleet: labels a tenant must have. */
  readonly selector: Readonly<Record<string, string>> | null;
}

/**
 * Classes that can be accepted. Not `pending`: what a record asks for is settled in the record. Not `unreadable`:
 * nobody can accept what nobody knows.
 */
export const EXCEPTABLE: readonly FindingClass[] = ['missing', 'changed', 'extra', 'unhealthy'];

const EXCEPTION_KIND = 'exception';

export const exceptionDetail = (detail: ExceptionDetail): Json => ({ ...detail });

function covers({ detail }: Directive, finding: Finding): boolean {
  if (!EXCEPTABLE.includes(finding.class)) return false;
  if (finding.class === 'missing' && at(detail, 'missing') !== true) return false;
  const key = textAt(detail, 'finding');
  if (key !== null) return key === findingKey(finding);
  const [resource, field] = [textAt(detail, 'resource'), textAt(detail, 'field')];
  return (
    resource !== null &&
    matchesGlob(resource, finding.resource) &&
    (field === null || (finding.field !== null && matchesGlob(field, finding.field)))
  );
}

/** The findings with the exception that covers each, afresh; what exceptions themselves had to say is left out. */
export function withExceptions(
  findings: readonly Finding[],
  exceptions: readonly Directive[],
  now: string,
): Finding[] {
  const standing = exceptions.filter((each) => isInForce(each, now));
  return findings
    .filter((finding) => finding.class !== 'exception')
    .map((finding) => {
      const excepted = standing.find((each) => covers(each, finding))?.id ?? null;
      return excepted === finding.excepted ? finding : { ...finding, excepted };
    });
}

export interface ExceptionLook {
  readonly tenant: string;
  readonly wants: readonly Want[];
  /** With their exceptions. */
  readonly findings: readonly Finding[];
  /** False where something could not be read or is just being changed: then nobody knows what matches. */
  readonly full: boolean;
  readonly since: (key: string) => string | undefined;
  readonly now: string;
}

/** Of the tenant's own exceptions, those that are over, and those that match nothing. */
export function exceptionFindings(exceptions: readonly Directive[], look: ExceptionLook): Finding[] {
  const used = new Set(look.findings.map(({ excepted }) => excepted));
  return exceptions
    .filter(({ name }) => name !== FLEET)
    .filter((each) => !isInForce(each, look.now) || (look.full && !used.has(each.id)))
    .map((each) => exceptionFinding(each, look));
}

/** One that is over, or else matches nothing. */
export function exceptionFinding(
  exception: Directive,
  { tenant, wants, since, now }: Omit<ExceptionLook, 'findings' | 'full'>,
): Finding {
  const { id, detail, actor, expiresAt } = exception;
  const fault = isInForce(exception, now)
    ? 'it matches nothing that was found'
    : `it expired at ${expiresAt} and accepts nothing any more`;
  const resource = textAt(detail, 'resource') ?? textAt(detail, 'finding')?.split(':')[1] ?? '';
  const told = { class: 'exception', resource: `${EXCEPTION_KIND}/${id}`, field: null } as const;
  return {
    ...UNKNOWN_PAST,
    ...told,
    tenant,
    plane: planeOf(resource, wants),
    kind: EXCEPTION_KIND,
    want: null,
    have: null,
    from: null,
    risk: 'none',
    message: `${fault}: ${aboutOf(exception)} (owner ${textAt(detail, 'owner') ?? actor})`,
    source: 'directives',
    at: now,
    since: since(findingKey(told)) ?? now,
  };
}

const planeOf = (resource: string, wants: readonly Want[]): Plane =>
  wants.find(({ id }) => matchesGlob(resource, id))?.plane ?? 'gcp';

/** For people: what the exception names. */
export function aboutOf({ detail }: Pick<Directive, 'detail'>): string {
  const key = textAt(detail, 'finding');
  if (key !== null) return key;
  const field = textAt(detail, 'field');
  const missing = at(detail, 'missing') === true ? ', missing included' : '';
  return `${textAt(detail, 'resource') ?? 'nothing'}${field === null ? '' : ` ${field}`}${missing}`;
}
