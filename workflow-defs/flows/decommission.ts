/**
 * Takes a tenant away: its namespace, its infrastructure, its folder of the state bucket. Safe to repeat: what is
 * already gone counts as removed.
 */
import type { Platform } from '../../reconciler/model.ts';
import { cleanup } from '../steps/cleanup.ts';
import { removeDeployment } from '../steps/deploy.ts';
import { note } from '../steps/errors.ts';
import { framed } from '../steps/frame.ts';
import { destroyTerraform } from '../steps/terraform.ts';
import { attempt, call, choose, expr, when, type Step, type Workflow } from '../tree.ts';

/** The cluster or the pool may be gone already; then Terraform, which owns both, has the last word. */
const removeIfThere = (platform: Platform): Step =>
  choose(
    'if_cluster_known',
    when(expr('args.deploy.endpoint != null'), {
      steps: [
        attempt('remove', removeDeployment(platform), {
          except: {
            as: 'e',
            steps: [
              call('removal_cause', 'cause_of', { e: expr('e') }, 'cause'),
              note('note_removal', '"going on without it: " + cause', 'WARNING'),
            ],
            goesOn: 'Terraform takes away what is left',
          },
        }),
      ],
    }),
  );

export function decommission(platform: Platform): Workflow {
  return framed(platform, {
    begin: { status: 'DECOMMISSIONING', request_id: expr('args.intent') },
    work: [removeIfThere(platform), ...destroyTerraform(platform), ...cleanup(platform)],
    done: {
      status: 'DECOMMISSIONED',
      build_id: null,
      kubeconfig_ref: null,
      service_endpoint: null,
      image_digest: null,
      outputs: null,
      worker_pool: null,
      health: null,
    },
    onFailure: 'mark-failed',
  });
}
