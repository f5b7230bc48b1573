/** What the ledger learns from a deployment that answered well; the same after every flow that ends in one. */
import type { LedgerChange } from '../steps/ledger.ts';
import { expr } from '../tree.ts';

/** Reads the variables that `deploy` and `requireHealth` leave. JSON columns take text. */
export const deployed: LedgerChange = {
  build_id: expr('deploy.id'),
  kubeconfig_ref: expr('deploy.output.kubeconfigRef'),
  service_endpoint: expr('deploy.output.url'),
  image_digest: expr('digest'),
  health: expr('json.encode_to_string(health_check.output)'),
};
