/** Asks the endpoint and records the answer; the tenant's status stays as it is, whatever the answer. */
import type { Platform } from '../../reconciler/model.ts';
import { framed } from '../steps/frame.ts';
import { askHealth } from '../steps/health.ts';
import { assign, choose, expr, when, type Workflow } from '../tree.ts';

export function healthCheck(platform: Platform): Workflow {
  return framed(platform, {
    begin: {},
    work: [
      assign('where_it_answers', { url: expr('args.health.url') }),
      choose(
        'require_url',
        when(expr('url == null'), {
          raise: { message: 'the endpoint is not known yet; the tenant must be deployed first' },
        }),
      ),
      ...askHealth(platform),
    ],
    done: { health: expr('json.encode_to_string(health_check.output)') },
    onFailure: 'keep-status',
  });
}
