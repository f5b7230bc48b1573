/** Deletes a tenant's namespace and waits until it is gone, with the load balancer that belonged to it. */
import { z } from 'zod';
import type { Json } from '../../reconciler/model.ts';
import { parseInput } from '../input.ts';
import { accessToken } from '../metadata.ts';
import type { Context } from '../step.ts';
import { endpointSchema } from './apply.ts';
import { deleteNamespaceArguments, openCluster } from './kubectl.ts';

const input = z.strictObject({
  endpoint: endpointSchema,
  namespace: z
    .string()
    .min(1)
    .refine(
      (name) => name !== 'default' && !name.startsWith('kube-') && !name.startsWith('gke-'),
      "must be a tenant's, not the system's",
    ),
  timeoutSeconds: z.int().min(1).max(7200),
});

/** Gives `{namespace}`. A namespace that is not there counts as removed. */
export async function remove(raw: Json, context: Context): Promise<Json> {
  const { endpoint, namespace, timeoutSeconds } = parseInput(input, raw);
  const kubectl = await openCluster(endpoint, await accessToken(context), context);
  await kubectl.must(
    `deleting the namespace ${namespace}`,
    deleteNamespaceArguments(namespace, timeoutSeconds),
    timeoutSeconds + 30,
  );
  return { namespace };
}
