/** The address the internal load balancer gets. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { StepError } from '../step.ts';
import { getArguments, type Kubectl } from './kubectl.ts';

const service = z.object({
  status: z
    .object({
      loadBalancer: z
        .object({
          ingress: z
            .array(z.object({ ip: z.string().optional(), hostname: z.string().optional() }))
            .optional(),
        })
        .default({}),
    })
    .default({ loadBalancer: {} }),
});

const INTERVAL_MS = 2000;

/** An IP or a host name, awaited in a loop of its own: `kubectl wait --for=jsonpath=…` without a value fails on 1.27. */
export async function waitForAddress(
  kubectl: Kubectl,
  of: { readonly namespace: string; readonly service: string; readonly timeoutSeconds: number },
): Promise<string> {
  const until = performance.now() + of.timeoutSeconds * 1000;
  for (;;) {
    const text = await kubectl.must(
      `reading the Service ${of.service}`,
      getArguments(of.namespace, 'service', of.service),
      90,
    );
    const { status } = service.parse(JSON.parse(text));
    const [ingress] = status.loadBalancer.ingress ?? [];
    const address = ingress?.ip ?? ingress?.hostname;
    if (address !== undefined) return address;
    if (performance.now() + INTERVAL_MS > until) {
      throw new StepError(
        `the load balancer of the Service ${of.namespace}/${of.service} has no address after ${of.timeoutSeconds} s; ` +
          "look at the Service's events (quota, subnet range, firewall), then ask again",
      );
    }
    await sleep(INTERVAL_MS);
  }
}
