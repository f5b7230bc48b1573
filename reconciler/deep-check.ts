/**
 * What the last deep check of a tenant left in the ledger, as findings of the same shape as all others: everything
 * Terraform made is looked at, also the kinds that nobody models. They are told and nothing more: none of them leads to
 * an action or stands against one. Pure.
 */
import type { ExecutionEntry, LedgerEntry } from '../desired-state/store.ts';
import { at, isObject, listAt, numberAt, textAt } from './json.ts';
import { findingKey, UNKNOWN_PAST, type Finding, type FindingClass, type Json } from './model.ts';
import { GCP_KINDS } from './resources/index.ts';

export interface DeepCheck {
  readonly tenant: string;
  readonly ledger: Pick<LedgerEntry, 'deepCheck' | 'deepCheckIntent' | 'deepCheckAskedAt'> | undefined;
  /** The execution that is under way, if any. */
  readonly active: Pick<ExecutionEntry, 'intent'> | undefined;
  /** Why the one that was asked for last gave no result, where that is known. */
  readonly failure: string | null;
  /** When a finding of this key was first seen. */
  readonly since: (key: string) => string | undefined;
  /** Time of the pass (RFC 3339). */
  readonly now: string;
}

const SOURCE = 'terraform plan';
const PREFIX = 'terraform/';
const ROOT = `${PREFIX}state`;

/** Whether a finding came from here: it is reported only, whatever rules say. */
export const isDeepCheck = ({ resource }: Pick<Finding, 'resource'>): boolean => resource.startsWith(PREFIX);

/** `google_compute_network` of `module.network.google_compute_network.vpc`. */
function typeOf(address: string): string {
  return address.replace(/^(?:module\.[^.]+\.)*/, '').split('.', 1)[0] ?? '';
}

/** Types of the kinds that every pass looks at itself: what Terraform says of them is older, and said already. */
const MODELLED: ReadonlySet<string> = new Set(
  GCP_KINDS.map((each) => typeOf(each.address(`${each.kind}/any`))),
);

/** The check that was asked for last ended without a result; null when it did not, or is under way. */
export const lostIntent = ({ ledger, active }: Pick<DeepCheck, 'ledger' | 'active'>): string | null => {
  const asked = ledger?.deepCheckIntent ?? null;
  return asked === null || asked === active?.intent || asked === textAt(ledger?.deepCheck, 'intent')
    ? null
    : asked;
};

/** In the order Terraform told them. A result that tells nothing is one `unreadable` finding, never none. */
export function deepCheckFindings(check: DeepCheck): Finding[] {
  const result = check.ledger?.deepCheck ?? null;
  const lost = lostIntent(check);
  return [
    ...(result === null ? [] : differencesOf(check, result)),
    ...(lost === null ? [] : [noResult(check, lost)]),
  ].filter((finding, position, all) => all.findIndex((other) => key(other) === key(finding)) === position);
}

const key = (finding: Finding): string => findingKey(finding);

function differencesOf(check: DeepCheck, result: Json): Finding[] {
  const checkedAt = textAt(result, 'checkedAt') ?? check.now;
  if (!isObject(result) || !Array.isArray(result['drift'])) {
    return [unreadable(check, checkedAt, 'the deep check left a result that tells nothing')];
  }
  const omitted = numberAt(result, 'omitted') ?? 0;
  return [
    ...listAt(result, 'drift').flatMap((item) => differenceOf(check, checkedAt, item)),
    ...(omitted > 0
      ? [
          unreadable(
            check,
            checkedAt,
            `${omitted} more differences had no room in the result of the deep check`,
          ),
        ]
      : []),
  ];
}

const noResult = (check: DeepCheck, intent: string): Finding =>
  unreadable(
    check,
    check.ledger?.deepCheckAskedAt ?? check.now,
    `the deep check ${intent} gave no result: ${check.failure ?? 'it ended without saying why'}. ` +
      `'plumb deep-check ${check.tenant}' looks again`,
  );

function differenceOf(check: DeepCheck, checkedAt: string, item: Json): Finding[] {
  const address = textAt(item, 'address');
  const kind = textAt(item, 'type');
  if (address === null || kind === null) {
    return [unreadable(check, checkedAt, 'the deep check told of a difference without saying where')];
  }
  if (MODELLED.has(kind)) return [];
  const gone = textAt(item, 'action') === 'delete';
  const field = gone ? null : textAt(item, 'path');
  return [
    findingOf(check, checkedAt, {
      class: gone ? 'missing' : 'changed',
      resource: resourceOf(address),
      kind,
      field,
      want: gone ? 'present' : (at(item, 'before') ?? null),
      have: gone ? 'absent' : (at(item, 'after') ?? null),
      message: gone
        ? `Terraform made ${address}, and it is no longer there`
        : `${address} differs from what Terraform last applied`,
    }),
  ];
}

/** Keys of findings are read back at their colons, and an address may hold some: `x.a["b:c"]`. */
const resourceOf = (address: string): string => `${PREFIX}${address.replaceAll(':', '%3A')}`;

const unreadable = (check: DeepCheck, when: string, message: string): Finding =>
  findingOf(check, when, {
    class: 'unreadable',
    resource: ROOT,
    kind: 'terraform',
    field: null,
    want: null,
    have: null,
    message,
  });

type Told = Pick<Finding, 'resource' | 'kind' | 'field' | 'want' | 'have' | 'message'> & {
  readonly class: FindingClass;
};

function findingOf({ tenant, since }: DeepCheck, when: string, told: Told): Finding {
  return {
    ...told,
    ...UNKNOWN_PAST,
    tenant,
    plane: 'gcp',
    from: null,
    // Nobody models the kind, so nobody knows what putting it right would take: it is reported.
    risk: 'none',
    source: SOURCE,
    at: when,
    since: since(findingKey(told)) ?? when,
  };
}
