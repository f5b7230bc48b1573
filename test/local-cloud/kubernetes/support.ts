/** One cluster of a small cloud of its own, and a client that speaks to it over TLS as kubectl would. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCloud, type Cloud } from '../../../local-cloud/core/cloud.ts';
import { configSchema } from '../../../local-cloud/core/config.ts';
import type { Body, Json } from '../../../local-cloud/core/store.ts';
import { mintToken } from '../../../local-cloud/core/identity.ts';
import type { ClusterEndpoint } from '../../../local-cloud/core/parts.ts';
import { createKubernetesHost } from '../../../local-cloud/kubernetes/host.ts';
import { createVpcNetworks } from '../../../local-cloud/network/vpc.ts';

export const NETWORK = 'projects/acme-prod/global/networks/acme-vpc';
export const CLUSTER = 'projects/acme-prod/locations/us-central1/clusters/acme';
export const DEPLOYER = 'acme-deploy@acme-prod.iam.gserviceaccount.com';

export interface SmallCloud {
  readonly cloud: Cloud;
  readonly close: () => Promise<void>;
}

/** A cloud of clusters and networks only. Speed 0: time stands still until the test advances it. */
export function smallCloud(speed = 0, settings: Record<string, unknown> = {}): SmallCloud {
  const dataDir = mkdtempSync(join(tmpdir(), 'plumb-kube-'));
  const cloud = createCloud(configSchema.parse({ dataDir, speed, ...settings }), (self) => ({
    networks: createVpcNetworks(self),
    kubernetes: createKubernetesHost(self),
    terraform: {
      attach: () => Promise.reject(new Error('no Terraform in this cloud')),
      close: () => Promise.resolve(),
    },
  }));
  return {
    cloud,
    close: async () => {
      await cloud.kubernetes.close();
      await cloud.networks.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The value at a dotted path of an answer, e.g. `spec.template.spec.containers.0.image`; undefined when absent. */
export function at(value: Json | undefined, dotted: string): Json | undefined {
  let here = value;
  for (const key of dotted.split('.')) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = Array.isArray(here) ? here[Number(key)] : here[key];
  }
  return here;
}

/** The text at a dotted path; empty when there is none. */
export function textOf(value: Json | undefined, dotted: string): string {
  const found = at(value, dotted);
  return typeof found === 'string' ? found : '';
}

/** The items of the list at a dotted path. */
export function itemsAt(value: Json | undefined, dotted: string): Body[] {
  const list = at(value, dotted);
  return Array.isArray(list) ? (list as Body[]) : [];
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Parsed; text answers stand under `text`. */
  readonly body: Body;
}

interface Watching {
  /** The next event; undefined once the stream has ended. */
  readonly next: () => Promise<Body | undefined>;
  readonly close: () => void;
}

export interface Client {
  get(path: string): Promise<Answer>;
  post(path: string, body: object): Promise<Answer>;
  put(path: string, body: object): Promise<Answer>;
  delete(path: string, body?: object): Promise<Answer>;
  /** `type` is the word of the media type: json, merge or strategic-merge. */
  patch(path: string, type: string, body: object): Promise<Answer>;
  /** Server-side apply; the query defaults to the manager `plumbline`. */
  apply(path: string, body: object, query?: string): Promise<Answer>;
  /** Opens a watch; `next` waits for one more event. */
  watch(path: string): Promise<Watching>;
}

export function clientOf({ endpoint, caCertificate }: ClusterEndpoint, token = mintToken(DEPLOYER)): Client {
  const open = (method: string, path: string, body?: object, contentType = 'application/json') =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const options: RequestOptions = {
        method,
        ca: caCertificate,
        agent: false,
        headers: {
          ...(token !== '' && { authorization: `Bearer ${token}` }),
          'user-agent': 'tester/1.0',
          ...(text !== '' && { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }),
        },
      };
      request(`https://${endpoint}${path}`, options, resolve).on('error', reject).end(text);
    });
  const call = async (...args: Parameters<typeof open>): Promise<Answer> => {
    const response = await open(...args);
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
    const json = (response.headers['content-type'] ?? '').includes('json');
    const body = json ? (JSON.parse(text) as Body) : { text };
    return { status: response.statusCode ?? 0, headers: response.headers, body };
  };
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    delete: (path, body) => call('DELETE', path, body),
    patch: (path, type, body) => call('PATCH', path, body, `application/${type}-patch+json`),
    apply: (path, body, query = 'fieldManager=plumbline') =>
      call('PATCH', `${path}?${query}`, body, 'application/apply-patch+yaml'),
    watch: async (path) => {
      const response = await open('GET', path);
      const lines = linesOf(response);
      return {
        next: async () => {
          const { value, done } = await lines.next();
          return done ? undefined : (JSON.parse(value) as Body);
        },
        close: () => response.destroy(),
      };
    },
  };
}

async function* linesOf(stream: IncomingMessage): AsyncGenerator<string, void> {
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    const parts = (rest + String(chunk)).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}

/** A cluster with the namespace `acme`, and its client. */
export async function newCluster(
  speed = 0,
): Promise<SmallCloud & { client: Client; endpoint: ClusterEndpoint }> {
  const small = smallCloud(speed);
  const endpoint = await small.cloud.kubernetes.ensure(CLUSTER, {
    network: NETWORK,
    subnetRange: '10.10.0.0/20',
    version: '1.32.4-gke.1106006',
  });
  const client = clientOf(endpoint);
  await client.post('/api/v1/namespaces', { metadata: { name: 'acme' } });
  return { ...small, client, endpoint };
}

export const path = {
  deployment: (name = '', namespace = 'acme') => `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
  service: (name = '') => `/api/v1/namespaces/acme/services/${name}`,
  configMap: (name = '') => `/api/v1/namespaces/acme/configmaps/${name}`,
  autoscaler: (name = '') => `/apis/autoscaling/v2/namespaces/acme/horizontalpodautoscalers/${name}`,
};

/** A whole Deployment `app`; `container` adds to its only container, `spec` to its spec. */
export const deployment = (container: object = {}, spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'app', namespace: 'acme' },
  spec: {
    selector: { matchLabels: { app: 'app' } },
    template: {
      metadata: { labels: { app: 'app' } },
      spec: { containers: [{ name: 'app', image: 'app:1', ...container }] },
    },
    ...spec,
  },
});

/** An internal load balancer in front of the Deployment `app`. */
export const balancer = (name = 'app', spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name,
    namespace: 'acme',
    annotations: { 'networking.gke.io/load-balancer-type': 'Internal' },
  },
  spec: { type: 'LoadBalancer', selector: { app: 'app' }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
});

export const autoscaler = (spec: object = {}) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'app', namespace: 'acme' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'app' },
    minReplicas: 2,
    maxReplicas: 4,
    ...spec,
  },
});
