/**
 * What an execution is told: the only way tenant data reaches a workflow. A definition holds none of it, so tenants
 * of one shape share one definition. At most 32 KB as JSON, a limit of the service.
 */
import type { Flow, Import, Json } from '../reconciler/model.ts';

export interface ExecutionArgument {
  readonly tenant: string;
  readonly generation: number;
  /** The fencing token: the workflow may write to the ledger only while the ledger's fence names it. */
  readonly intent: string;
  readonly flow: Flow;
  /** Who asked: a person's email, or the pass. */
  readonly requester: string;
  /** The tenant's own project and region: where its private pool's builds run. */
  readonly project: string;
  readonly region: string;
  readonly namespace: string;
  readonly terraform: {
    /** The root module's variables; travels as a tfvars.json file, never inside HCL. */
    readonly vars: Json;
    /** Folder of the state bucket, e.g. `tenants/acme`. */
    readonly statePrefix: string;
    /** Everything may go: a decommission. */
    readonly allowDestroy: boolean;
    /** Else these addresses, and the terraform step refuses a plan that deletes or replaces any other. */
    readonly mayDestroy: readonly string[];
    /** What exists already and is taken over into the state before anything is planned; most often nothing. */
    readonly imports: readonly Import[];
  };
  readonly pool: {
    /** `projects/P/locations/R/workerPools/W`. */
    readonly name: string;
    /** Email of the deployment identity. */
    readonly identity: string;
  };
  readonly image: {
    /** `REGION-docker.pkg.dev/P/R/NAME`, without tag or digest. */
    readonly reference: string;
    readonly source: { readonly repository: string; readonly revision: string; readonly folder: string };
    /** False: deploy `digest` again instead of building. */
    readonly build: boolean;
    /** `sha256:…` of the image that is deployed now; null before the first build. */
    readonly digest: string | null;
  };
  readonly deploy: {
    /** Kubernetes objects in the order they are applied; the workload's container has no image yet. */
    readonly manifests: readonly Json[];
    readonly deployment: string;
    /** Name of the container that gets the built image. */
    readonly container: string;
    readonly service: string;
    /** Port of the Service: where the load balancer answers. */
    readonly port: number;
    /** Host of the control plane's DNS-based endpoint; null until Terraform has reported it. */
    readonly endpoint: string | null;
    /** `gs://BUCKET/tenants/NAME/kubeconfig.json`. */
    readonly kubeconfigRef: string;
    readonly timeoutSeconds: number;
  };
  readonly health: {
    readonly path: string;
    /** Base URL of the internal load balancer; null until it has been captured. */
    readonly url: string | null;
    readonly attempts: number;
    readonly intervalSeconds: number;
  };
}
