/** Brings the tenant's manifests into its cluster and waits until the workload stands and has an address. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Json } from '../../reconciler/model.ts';
import { parseInput } from '../input.ts';
import { accessToken } from '../metadata.ts';
import { StepError, type Context } from '../step.ts';
import { openStorage, parseGsUri } from '../storage.ts';
import { kubeconfigToKeep } from './kubeconfig.ts';
import { applyArguments, meaningOf, openCluster, rolloutArguments, type Kubectl } from './kubectl.ts';
import { waitForAddress } from './load-balancer.ts';
import { asList, inOrder, manifest, withImage, type Manifest } from './manifests.ts';
import { whyNotReady } from './rollout.ts';

/** A host with an optional port: nothing that could become a path or another scheme. */
export const endpointSchema = z
  .string()
  .regex(/^[A-Za-z0-9][-A-Za-z0-9.]*(:\d+)?$/, 'must be a host, with a port or not');

const input = z.strictObject({
  endpoint: endpointSchema,
  namespace: z.string().min(1),
  manifests: z.array(manifest).min(1),
  deployment: z.string().min(1),
  container: z.string().min(1),
  service: z.string().min(1),
  /** Of the Service: where the load balancer answers. */
  port: z.int().min(1).max(65_535),
  image: z.string().regex(/^[^@\s]+@sha256:[0-9a-f]{64}$/, 'must be an image with a digest'),
  kubeconfigRef: z.string(),
  timeoutSeconds: z.int().min(1).max(7200),
});

type Input = z.infer<typeof input>;

/** Gives `{address, url, kubeconfigRef, image}`; `url` has no path and no trailing slash. */
export async function apply(raw: Json, context: Context): Promise<Json> {
  const of = parseInput(input, raw);
  const reference = parseGsUri(of.kubeconfigRef);
  const { namespaces, rest } = inOrder(withImage(of.manifests, of));
  const token = await accessToken(context);
  const kubectl = await openCluster(of.endpoint, token, context);

  const applyAll = async (what: string, file: string, items: readonly Manifest[]) => {
    if (items.length === 0) return;
    const path = join(context.workspace, file);
    await writeFile(path, asList(items));
    await kubectl.must(`applying ${what}`, applyArguments(path), 300);
  };
  await applyAll('the namespace', '.plumbline-namespaces.json', namespaces);
  await applyAll('the manifests', '.plumbline-manifests.json', rest);
  await waitForRollout(kubectl, of);
  const address = await waitForAddress(kubectl, of);
  const url = `http://${address}${of.port === 80 ? '' : `:${of.port}`}`;

  const storage = openStorage(context.env, token);
  await storage.put(reference.bucket, reference.name, kubeconfigToKeep(of.endpoint), 'application/json');
  return { address, url, kubeconfigRef: of.kubeconfigRef, image: of.image };
}

async function waitForRollout(
  kubectl: Kubectl,
  { namespace, deployment, timeoutSeconds, endpoint }: Input,
): Promise<void> {
  // kubectl ends by itself at its time-out; the grace is for one that does not.
  const ran = await kubectl.try(rolloutArguments(namespace, deployment, timeoutSeconds), timeoutSeconds + 30);
  if (ran.exitCode === 0) return;
  const waited = /timed out|exceeded its progress deadline/.test(ran.stderr + ran.stdout);
  throw new StepError(
    waited
      ? `the rollout of ${namespace}/${deployment} did not end within ${timeoutSeconds} s: ${await whyNotReady(kubectl, namespace, deployment)}`
      : `the rollout of ${namespace}/${deployment}: ${meaningOf(ran, endpoint)}`,
  );
}
