/** The parts of the local cloud that are not REST services but that services lean on: clusters, networks, Terraform. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** One Kubernetes API per GKE cluster, on its own TLS port. */
export interface KubernetesHost {
  /**
   * The API of the cluster `projects/P/locations/L/clusters/C`, started on first use. Resolves once it accepts
   * requests. `endpoint` is `host:port` and stands where the real service gives its DNS-based endpoint.
   */
  ensure(cluster: string, placement?: ClusterPlacement): Promise<ClusterEndpoint>;
  /** Ends the API and frees the load balancer addresses of a deleted cluster. */
  remove(cluster: string): Promise<void>;
  list(): string[];
  close(): Promise<void>;
}

/** Where a cluster stands in the network; its internal load balancers take addresses from `subnetRange`. */
export interface ClusterPlacement {
  /** `projects/P/global/networks/N`. */
  readonly network: string;
  /** e.g. `10.10.0.0/20`. */
  readonly subnetRange: string;
  /** Reported by `/version`, e.g. `1.32.4-gke.1106006`. */
  readonly version?: string;
}

export interface ClusterEndpoint {
  readonly endpoint: string;
  /** PEM of the authority that signed the endpoint's certificate. */
  readonly caCertificate: string;
}

/** The tenants' VPCs: addresses inside them answer only through that network's own HTTP proxy. */
export interface VpcNetworks {
  /** Makes `ip:port` answer inside `network`. Returns how to take it away again. */
  publish(network: string, ip: string, port: number, handler: VpcHandler): () => void;
  /** Base URL of the HTTP proxy that stands inside `network`: what a private pool's builds see as their network. */
  proxyUrl(network: string): Promise<string>;
  close(): Promise<void>;
}

export type VpcHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** The `hashicorp/google` stand-in, attached to real Terraform. */
export interface TerraformHost {
  /**
   * Opens a provider socket bound to one build step's environment and identity: under reattach the provider does not
   * see the step's environment, so each step gets its own. `env` is what the step needs to find it.
   */
  attach(step: TerraformStep): Promise<{ env: Record<string, string>; close(): Promise<void> }>;
  close(): Promise<void>;
}

export interface TerraformStep {
  /** Email of the identity the step runs as. */
  readonly principal: string;
  /** GOOGLE_PROJECT, GOOGLE_REGION, … as the real provider would read them from its process. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Parts {
  readonly kubernetes: KubernetesHost;
  readonly networks: VpcNetworks;
  readonly terraform: TerraformHost;
}
