/** From a record to a healthy environment: infrastructure, image, deployment, health check. Safe to repeat. */
import type { Platform } from '../../reconciler/model.ts';
import { buildImage } from '../steps/build-image.ts';
import { deploy } from '../steps/deploy.ts';
import { framed } from '../steps/frame.ts';
import { requireHealth } from '../steps/health.ts';
import { recordOrStop } from '../steps/ledger.ts';
import { applyTerraform, locateState } from '../steps/terraform.ts';
import { assign, choose, expr, when, type Workflow } from '../tree.ts';
import { deployed } from './deployed.ts';
import { requireEndpoint } from './require.ts';

export function provision(platform: Platform): Workflow {
  return framed(platform, {
    begin: {
      status: 'CREATING',
      request_id: expr('args.intent'),
      namespace: expr('args.namespace'),
      region: expr('args.region'),
      // Before the first change: should the apply fail half way, decommission can still destroy what there is.
      tf_vars_snapshot: expr('json.encode_to_string(args.terraform.vars)'),
    },
    work: [
      locateState(platform),
      ...applyTerraform(platform),
      assign('outputs_of_terraform', {
        outputs: expr('terraform.output.outputs'),
        endpoint: expr('map.get(outputs, "cluster_endpoint")'),
        digest: expr('args.image.digest'),
      }),
      ...recordOrStop('record_ready', 'RUNNING', {
        status: 'READY',
        tf_state_uri: expr('state_uri'),
        outputs: expr('json.encode_to_string(outputs)'),
        cluster: expr('default(map.get(outputs, "cluster_name"), args.tenant)'),
        worker_pool: expr('args.pool.name'),
        build_id: expr('terraform.id'),
      }),
      requireEndpoint,
      ...recordOrStop('record_deploying', 'RUNNING', { status: 'DEPLOYING' }),
      choose(
        'image_or_digest',
        when(expr('args.image.build or digest == null'), { steps: buildImage(platform) }),
      ),
      ...deploy(platform),
      assign('where_it_answers', { url: expr('deploy.output.url') }),
      ...requireHealth(platform),
    ],
    done: {
      status: 'DEPLOYED',
      ...deployed,
      applied_generation: expr('string(args.generation)'),
      // Terraform has just put right what an earlier look saw.
      deep_check: null,
      deep_check_intent: null,
      deep_check_asked_at: null,
    },
    onFailure: 'mark-failed',
  });
}
