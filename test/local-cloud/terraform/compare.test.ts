/** Spellings that mean the same, and spellings that do not. */
import { expect, it } from 'vitest';
import { sameValue, type Comparison } from '../../../local-cloud/terraform/compare.ts';

const LINK = 'https://www.googleapis.com/compute/v1/projects/p/global/networks/n';

it.each<[Comparison, string, string]>([
  ['resource', 'projects/p/global/networks/n', LINK],
  ['resource', 'n', LINK],
  ['resource', 'n', 'projects/other/global/networks/n'],
  ['project', 'acme-prod', 'projects/acme-prod'],
  ['ignoring-case', 'docker', 'DOCKER'],
  ['empty-or-default', '', 'PROVIDER_UNSPECIFIED'],
  ['duration', '1d', '86400s'],
  ['duration', '1h30m', '5400s'],
])('%s: %j is %j', (comparison, want, have) => {
  expect(sameValue(comparison, want, have)).toBe(true);
});

it.each<[Comparison, string, string]>([
  ['resource', 'projects/q/global/networks/n', LINK],
  ['resource', 'm', LINK],
  ['project', 'acme-prod', 'projects/acme'],
  ['ignoring-case', 'docker', 'maven'],
  ['empty-or-default', 'CALICO', 'PROVIDER_UNSPECIFIED'],
  ['duration', '1d', '1h'],
  ['duration', 'soon', 'soon-ish'],
])('%s: %j is not %j', (comparison, want, have) => {
  expect(sameValue(comparison, want, have)).toBe(false);
});
