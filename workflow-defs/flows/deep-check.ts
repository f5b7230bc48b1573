/**
 * Compares everything Terraform made with what is there, the kinds nobody models included. What it finds is recorded
 * and is the execution's result; the tenant's status stays as it is, whatever that says.
 */
import type { Platform } from '../../reconciler/model.ts';
import { framed } from '../steps/frame.ts';
import { COMMIT_TIME } from '../steps/ledger.ts';
import { refreshTerraform } from '../steps/terraform.ts';
import { assign, expr, type Workflow } from '../tree.ts';

export function deepCheck(platform: Platform): Workflow {
  return framed(platform, {
    // Before the look: one that fails leaves the earlier result standing beside the name of another check.
    begin: { deep_check_intent: expr('args.intent'), deep_check_asked_at: COMMIT_TIME },
    work: [
      ...refreshTerraform(platform),
      assign('what_was_seen', {
        seen: {
          intent: expr('args.intent'),
          checkedAt: expr('map.get(refresh.output, "checkedAt")'),
          drift: expr('map.get(refresh.output, "drift")'),
          omitted: expr('map.get(refresh.output, "omitted")'),
        },
      }),
    ],
    done: { deep_check: expr('json.encode_to_string(seen)') },
    result: { check: expr('refresh.output') },
    onFailure: 'keep-status',
  });
}
