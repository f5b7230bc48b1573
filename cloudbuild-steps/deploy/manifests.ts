/** The objects to apply, with the image that was built put into the workload's container. */
import { z } from 'zod';
import { StepError } from '../step.ts';

const container = z.looseObject({ name: z.string() });
const workload = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({ spec: z.looseObject({ containers: z.array(container) }) }),
  }),
});

/** Any Kubernetes object; what else it holds is the API server's to judge. */
export const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

export type Manifest = z.infer<typeof manifest>;

/** Throws `StepError` when the Deployment or the container is not among `manifests`. */
export function withImage(
  manifests: readonly Manifest[],
  target: { readonly deployment: string; readonly container: string; readonly image: string },
): Manifest[] {
  const at = manifests.findIndex(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === target.deployment,
  );
  const read = workload.safeParse(manifests[at]);
  const containers = read.success ? read.data.spec.template.spec.containers : [];
  if (!read.success || !containers.some(({ name }) => name === target.container)) {
    throw new StepError(
      `there is no container ${target.container} in a Deployment ${target.deployment} to put the image into`,
    );
  }
  const { spec } = read.data;
  const withImages = containers.map((one) =>
    one.name === target.container ? { ...one, image: target.image } : one,
  );
  const template = { ...spec.template, spec: { ...spec.template.spec, containers: withImages } };
  return manifests.map((each, index) => (index === at ? { ...each, spec: { ...spec, template } } : each));
}

/** Namespaces go first and alone: kubectl applies the rest of a list even when its namespace is refused. */
export function inOrder(manifests: readonly Manifest[]): { namespaces: Manifest[]; rest: Manifest[] } {
  return {
    namespaces: manifests.filter(({ kind }) => kind === 'Namespace'),
    rest: manifests.filter(({ kind }) => kind !== 'Namespace'),
  };
}

/** Several objects as one document. */
export const asList = (items: readonly Manifest[]): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
