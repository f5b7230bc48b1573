/** The platform the golden definitions are compiled for. */
import type { Platform } from '../../reconciler/model.ts';

export const PLATFORM: Platform = {
  project: 'plumbline-platform',
  region: 'us-central1',
  scope: 'folders/1',
  database: 'projects/plumbline-platform/instances/plumbline/databases/plumbline',
  stateBucket: 'plumbline-platform-state',
  stepsImage: 'us-central1-docker.pkg.dev/plumbline-platform/plumbline/steps:1',
  workflowIdentity: 'plumbline-workflows@plumbline-platform.iam.gserviceaccount.com',
  terraformIdentity: 'plumbline-infra@plumbline-platform.iam.gserviceaccount.com',
};

export const FLOWS = [
  'provision',
  'redeploy',
  'rebuild',
  'health-check',
  'deep-check',
  'decommission',
] as const;
