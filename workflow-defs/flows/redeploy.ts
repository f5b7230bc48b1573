/** Applies the manifests again with the image that is there: heals a cluster without touching infrastructure. */
import type { Platform } from '../../reconciler/model.ts';
import { deploy } from '../steps/deploy.ts';
import { framed } from '../steps/frame.ts';
import { requireHealth } from '../steps/health.ts';
import { assign, choose, expr, when, type Workflow } from '../tree.ts';
import { deployed } from './deployed.ts';
import { requireEndpoint } from './require.ts';

export function redeploy(platform: Platform): Workflow {
  return framed(platform, {
    begin: { status: 'REDEPLOYING', request_id: expr('args.intent') },
    work: [
      assign('what_is_there', { endpoint: expr('args.deploy.endpoint'), digest: expr('args.image.digest') }),
      requireEndpoint,
      choose(
        'require_image',
        when(expr('digest == null'), {
          raise: { message: 'there is no image to deploy again; ask for a rebuild, which builds one' },
        }),
      ),
      ...deploy(platform),
      assign('where_it_answers', { url: expr('deploy.output.url') }),
      ...requireHealth(platform),
    ],
    done: { status: 'REDEPLOYED', ...deployed, applied_generation: expr('string(args.generation)') },
    onFailure: 'mark-failed',
  });
}
