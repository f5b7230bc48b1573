/**
 * Labels as the provider keeps them: `labels` is what the resource's author wrote, `terraform_labels` adds the
 * provider's defaults, `effective_labels` is all the service has, whoever set it.
 * Source: "Labels in the google provider" of its 5.0 upgrade guide.
 */
import { createHash } from 'node:crypto';
import type { Json } from '../core/store.ts';
import { isBody, type Rules } from './mapping.ts';
import type { ProviderSettings } from './model.ts';
import { hasUnknown, isObject, stringMap, UNKNOWN, type State, type Value } from './values.ts';

/** The provider puts it on everything it creates, unless it is told not to. */
const ATTRIBUTION = 'goog-terraform-provisioned';

/** The planned `terraform_labels` and `effective_labels` for a configuration. */
export function predictLabels(
  config: State,
  prior: State | null,
  provider: ProviderSettings,
  attribute = 'labels',
): State {
  const written = config[attribute] ?? null;
  if (hasUnknown(written)) return { terraform_labels: UNKNOWN, effective_labels: UNKNOWN };
  const before = stringMap(prior?.['terraform_labels']);
  // By default only creation adds the attribution label; an older resource without it is left as it is.
  const attributed = provider.attribution && (prior === null || ATTRIBUTION in before);
  const terraform = {
    ...(attributed && { [ATTRIBUTION]: 'true' }),
    ...provider.defaultLabels,
    ...stringMap(written),
  };
  const foreign = Object.entries(stringMap(prior?.['effective_labels'])).filter(([key]) => !(key in before));
  return { terraform_labels: terraform, effective_labels: { ...Object.fromEntries(foreign), ...terraform } };
}

/** How the three arguments map to the one field of the API. */
export function labelRules(attribute = 'labels', to = 'labels'): Rules {
  const asJson = (value: Value): Json | undefined => (isObject(value) ? stringMap(value) : undefined);
  return {
    [attribute]: {
      to,
      write: (_value, _identity, state) => asJson(state['effective_labels'] ?? null),
      read: ownKeys,
    },
    terraform_labels: { to, read: ownKeys },
    effective_labels: { to, read: (json) => stringsOf(json) },
  };
}

/** Changes whenever the labels do, as the services' own fingerprints; how they make theirs is not public. */
export const labelFingerprint = (labels: Json | undefined): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(stringsOf(labels)).sort()))
    .digest()
    .subarray(0, 8)
    .toString('base64');

/** Of the service's labels, those the state knew before: a label set by somebody else is not ours to show. */
function ownKeys(json: Json | undefined, have: Value): Value {
  if (!isObject(have)) return have === UNKNOWN ? stringsOf(json) : null;
  const labels = stringsOf(json);
  return Object.fromEntries(Object.entries(labels).filter(([key]) => key in have));
}

const stringsOf = (json: Json | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(isBody(json) ? json : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
