/** Why a rollout does not end: read from the Deployment's conditions and its pods. */
import { z } from 'zod';
import type { Ran } from '../run.ts';
import { getArguments, type Kubectl } from './kubectl.ts';

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
});

const deployment = z.object({
  spec: z.object({ selector: z.object({ matchLabels: z.record(z.string(), z.string()).default({}) }) }),
  status: z.object({ conditions: z.array(condition).default([]) }).default({ conditions: [] }),
});

const containerStatus = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  state: z
    .object({
      waiting: z.object({ reason: z.string().default(''), message: z.string().default('') }).optional(),
      terminated: z.object({ reason: z.string().default(''), exitCode: z.number().default(0) }).optional(),
    })
    .default({}),
});

const pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({
        conditions: z.array(condition).default([]),
        containerStatuses: z.array(containerStatus).default([]),
      }),
    }),
  ),
});

/** One reason, the most telling first: pods that cannot be made, pods that cannot be placed, containers that wait. */
export async function whyNotReady(kubectl: Kubectl, namespace: string, name: string): Promise<string> {
  const read = deployment.safeParse(json(await kubectl.try(getArguments(namespace, 'deployment', name), 90)));
  if (!read.success) return 'the Deployment cannot be read';
  const { spec, status } = read.data;
  const failure = status.conditions.find(({ type, status: s }) => type === 'ReplicaFailure' && s === 'True');
  if (failure) return `pods cannot be made: ${failure.message}`;
  const selector = Object.entries(spec.selector.matchLabels).map(([key, value]) => `${key}=${value}`);
  const listed = pods.safeParse(
    json(await kubectl.try(getArguments(namespace, 'pods', `--selector=${selector.join(',')}`), 90)),
  );
  const reasons = listed.success ? listed.data.items.flatMap(podReason) : [];
  if (reasons.length > 0) return [...new Set(reasons)].slice(0, 3).join('; ');
  const progress = status.conditions.find(({ type }) => type === 'Progressing');
  return progress ? `${progress.reason}: ${progress.message}` : 'no pod gives a reason';
}

function podReason({ metadata, status }: z.infer<typeof pods>['items'][number]): string[] {
  const placed = status.conditions.find(({ type, status: s }) => type === 'PodScheduled' && s === 'False');
  if (placed) return [`pod ${metadata.name} cannot be placed: ${placed.message}`];
  return status.containerStatuses
    .filter(({ ready }) => !ready)
    .map(({ name, state: { waiting, terminated } }) => {
      if (waiting) return `container ${name} waits: ${waiting.reason} ${waiting.message}`.trim();
      if (terminated) return `container ${name} ended with ${terminated.exitCode} (${terminated.reason})`;
      return `container ${name} runs but is not ready: its readiness probe fails`;
    });
}

function json({ stdout }: Ran): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    return null;
  }
}
