/** The provider block: what Terraform configured, and what the step's environment says where it is silent. */
import type { TerraformStep } from '../core/parts.ts';
import type { ProviderSettings } from './model.ts';
import { stringMap, text, type State } from './values.ts';

/** Variables the real provider reads, first one wins. Source: its provider reference, "Configuration". */
const ENVIRONMENT = {
  project: ['GOOGLE_PROJECT', 'GOOGLE_CLOUD_PROJECT', 'GCLOUD_PROJECT', 'CLOUDSDK_CORE_PROJECT'],
  region: ['GOOGLE_REGION', 'GCLOUD_REGION', 'CLOUDSDK_COMPUTE_REGION'],
  zone: ['GOOGLE_ZONE', 'GCLOUD_ZONE', 'CLOUDSDK_COMPUTE_ZONE'],
  impersonate_service_account: ['GOOGLE_IMPERSONATE_SERVICE_ACCOUNT'],
} as const;

/** Calls are made as the impersonated account when one is given, else as the identity the step runs as. */
export function settingsOf(config: State, step: TerraformStep): ProviderSettings {
  const setting = (name: keyof typeof ENVIRONMENT): string | undefined => {
    const given = text(config[name]) || ENVIRONMENT[name].map((variable) => step.env[variable]).find(Boolean);
    return given === '' ? undefined : given;
  };
  return {
    project: setting('project'),
    region: setting('region'),
    zone: setting('zone'),
    defaultLabels: stringMap(config['default_labels']),
    attribution: config['add_terraform_attribution_label'] !== false,
    principal: setting('impersonate_service_account') ?? step.principal,
  };
}
