/**
 * What a deep check found, as findings of the same shape as all others: everything Terraform made is looked at, the
 * kinds nobody models included. Pure.
 */
import { at, isObject, listAt, numberAt, textAt } from './json.ts';
import { findingKey, UNKNOWN_PAST, type Finding, type FindingClass, type Json } from './model.ts';

export interface DeepCheck {
  readonly tenant: string;
  /** What the execution of the flow `deep-check` returned: `{outcome, intent, check: {drift, omitted}}`. */
  readonly result: Json;
  /** When it ended (RFC 3339). */
  readonly at: string;
  /** When a finding of this key was first seen. */
  readonly since: (key: string) => string | undefined;
}

const SOURCE = 'terraform plan -refresh-only';
const ROOT = 'terraform/state';

/** In the order Terraform told them. A result that tells nothing is one `unreadable` finding, never none. */
export function deepCheckFindings(check: DeepCheck): Finding[] {
  const found = at(check.result, 'check');
  if (!isObject(found) || !Array.isArray(found['drift'])) {
    return [unreadable(check, `the deep check gave no result (${outcomeOf(check.result)})`)];
  }
  const omitted = numberAt(found, 'omitted') ?? 0;
  return [
    ...listAt(found, 'drift').map((item) => differenceOf(check, item)),
    ...(omitted > 0
      ? [unreadable(check, `${omitted} more differences had no room in the result of the deep check`)]
      : []),
  ];
}

const outcomeOf = (result: Json): string => textAt(result, 'outcome') ?? 'no outcome';

function differenceOf(check: DeepCheck, item: Json): Finding {
  const address = textAt(item, 'address');
  const kind = textAt(item, 'type');
  if (address === null || kind === null) {
    return unreadable(check, 'the deep check told of a difference without saying where');
  }
  const gone = textAt(item, 'action') === 'delete';
  const field = gone ? null : textAt(item, 'path');
  return findingOf(check, {
    class: gone ? 'missing' : 'changed',
    resource: resourceOf(address),
    kind,
    field,
    want: gone ? 'present' : (at(item, 'before') ?? null),
    have: gone ? 'absent' : (at(item, 'after') ?? null),
    message: gone
      ? `Terraform made ${address}, and it is no longer there`
      : `${address} differs from what Terraform last applied`,
  });
}

/** Keys of findings are read back at their colons, and an address may hold some: `x.a["b:c"]`. */
const resourceOf = (address: string): string => `terraform/${address.replaceAll(':', '%3A')}`;

const unreadable = (check: DeepCheck, message: string): Finding =>
  findingOf(check, {
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

function findingOf({ tenant, at: when, since }: DeepCheck, told: Told): Finding {
  const key = findingKey(told);
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
    since: since(key) ?? when,
  };
}
