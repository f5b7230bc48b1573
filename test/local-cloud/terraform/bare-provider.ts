/** The provider's resource types driven without Terraform, on a cloud whose parts only remember. */
import { createCloud, type Cloud } from '../../../local-cloud/core/cloud.ts';
import { configSchema } from '../../../local-cloud/core/config.ts';
import type { ProviderSettings } from '../../../local-cloud/terraform/model.ts';
import { MODELS } from '../../../local-cloud/terraform/models/index.ts';
import type { Plan } from '../../../local-cloud/terraform/plan.ts';
import * as resources from '../../../local-cloud/terraform/resource.ts';
import { conform, schemas } from '../../../local-cloud/terraform/schema.ts';
import type { State } from '../../../local-cloud/terraform/values.ts';
import { bareParts } from '../../support/bare-cloud.ts';

export const PRINCIPAL = 'plumbline-infra@p-prod.iam.gserviceaccount.com';
const provider: ProviderSettings = {
  project: 'p-prod',
  region: 'us-central1',
  zone: undefined,
  defaultLabels: { managed: 'true' },
  attribution: true,
  principal: PRINCIPAL,
};

/** Every step of a resource's life by the name of its type, as Terraform would ask for it. */
export interface BareProvider {
  readonly cloud: Cloud;
  /** Names of the clusters whose Kubernetes API runs. */
  readonly clusters: ReadonlySet<string>;
  plan(type: string, config: State, prior?: State | null): Plan;
  make(type: string, config: State): Promise<State>;
  read(type: string, state: State): Promise<State | null>;
  change(type: string, config: State, prior: State): Promise<State>;
  remove(type: string, state: State): Promise<void>;
  /** What is known of a resource that was only named, before it is read; undefined for an id in no known form. */
  named(type: string, id: string): State | undefined;
}

/** `impersonator`: whom the step runs as, when it acts as the principal only. */
export function bareProvider(impersonator?: string): BareProvider {
  const clusters = new Set<string>();
  // Fast enough that five minutes of a cluster's creation are a few milliseconds.
  const cloud = createCloud(configSchema.parse({ dataDir: '.', speed: 100_000 }), () => bareParts(clusters));
  const caller = {
    cloud,
    principal: PRINCIPAL,
    ...(impersonator !== undefined && { impersonator }),
    signal: new AbortController().signal,
  };
  const plan = (name: string, config: State, prior: State | null = null): Plan => {
    const type = typeOf(name);
    return resources.plan(type, conform(type.schema.block, config), prior, provider);
  };
  return {
    cloud,
    clusters,
    plan,
    make: (name, config) => resources.create(typeOf(name), caller, plan(name, config).planned),
    read: (name, state) => resources.read(typeOf(name), caller, state),
    change: (name, config, prior) =>
      resources.update(typeOf(name), caller, plan(name, config, prior).planned),
    remove: (name, state) => resources.remove(typeOf(name), caller, state),
    named: (name, id) => resources.importState(typeOf(name), id, provider),
  };
}

function typeOf(name: string): resources.ResourceType {
  return { name, schema: schemas().resources.get(name)!, model: MODELS[name]! };
}
