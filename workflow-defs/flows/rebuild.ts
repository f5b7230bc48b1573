/**
 * A new image from the source, deployed; Terraform is not run. The applied generation stays as it was: a record
 * changed since may ask for more than a new image.
 */
import type { Platform } from '../../reconciler/model.ts';
import { buildImage } from '../steps/build-image.ts';
import { deploy } from '../steps/deploy.ts';
import { framed } from '../steps/frame.ts';
import { requireHealth } from '../steps/health.ts';
import { recordOrStop } from '../steps/ledger.ts';
import { assign, expr, type Workflow } from '../tree.ts';
import { deployed } from './deployed.ts';
import { requireEndpoint } from './require.ts';

export function rebuild(platform: Platform): Workflow {
  return framed(platform, {
    begin: { status: 'REBUILDING', request_id: expr('args.intent') },
    work: [
      assign('what_is_there', { endpoint: expr('args.deploy.endpoint') }),
      requireEndpoint,
      ...buildImage(platform),
      ...recordOrStop('record_redeploying', 'RUNNING', { status: 'REDEPLOYING' }),
      ...deploy(platform),
      assign('where_it_answers', { url: expr('deploy.output.url') }),
      ...requireHealth(platform),
    ],
    done: { status: 'REDEPLOYED', ...deployed },
    onFailure: 'mark-failed',
  });
}
