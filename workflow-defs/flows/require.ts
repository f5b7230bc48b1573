/** What flows that change a cluster must have been told. */
import { choose, expr, when } from '../tree.ts';

/** Expects `endpoint`. */
export const requireEndpoint = choose(
  'require_endpoint',
  when(expr('endpoint == null'), {
    raise: {
      message:
        'the cluster has no known endpoint: Terraform has not reported its output cluster_endpoint; provision the tenant',
    },
  }),
);
