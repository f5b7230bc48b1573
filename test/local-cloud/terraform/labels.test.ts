/** Labels of the provider, of the author, and of somebody else. */
import { describe, expect, it } from 'vitest';
import { predictLabels } from '../../../local-cloud/terraform/labels.ts';
import type { ProviderSettings } from '../../../local-cloud/terraform/model.ts';
import { UNKNOWN } from '../../../local-cloud/terraform/values.ts';

const provider: ProviderSettings = {
  project: 'p',
  region: undefined,
  zone: undefined,
  defaultLabels: { managed: 'true', team: 'a' },
  attribution: true,
  principal: 'x@p',
};

describe('planned labels', () => {
  it('are the attribution, the defaults and the own ones, the own ones winning', () => {
    expect(predictLabels({ labels: { team: 'b' } }, null, provider)['terraform_labels']).toEqual({
      'goog-terraform-provisioned': 'true',
      managed: 'true',
      team: 'b',
    });
  });

  it('keep what somebody else put there', () => {
    const prior = { terraform_labels: { team: 'a' }, effective_labels: { team: 'a', cost: '7' } };
    expect(predictLabels({ labels: null }, prior, provider)['effective_labels']).toEqual({
      managed: 'true',
      team: 'a',
      cost: '7',
    });
  });

  it('are unknown when an own one is', () => {
    expect(predictLabels({ labels: { team: UNKNOWN } }, null, provider)['effective_labels']).toBe(UNKNOWN);
  });
});
