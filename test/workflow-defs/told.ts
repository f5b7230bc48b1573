/** What an execution for the tenant acme is told. */
import type { Flow } from '../../reconciler/model.ts';
import type { ExecutionArgument } from '../../workflow-defs/argument.ts';

export const argument = (flow: Flow, more: Partial<ExecutionArgument> = {}): ExecutionArgument => ({
  tenant: 'acme',
  generation: 3,
  intent: `acme-g3-${flow}-1`,
  flow,
  requester: 'owner@example.com',
  project: 'acme-prod',
  region: 'europe-west1',
  namespace: 'web',
  terraform: {
    vars: { tenant: 'acme' },
    statePrefix: 'tenants/acme',
    allowDestroy: false,
    mayDestroy: [],
    imports: [],
  },
  pool: {
    name: 'projects/acme-prod/locations/europe-west1/workerPools/acme-pool',
    identity: 'acme-deploy@x',
  },
  image: {
    reference: 'r.dev/acme/web',
    source: { repository: 'https://git.example/web.git', revision: 'main', folder: '.' },
    build: flow !== 'redeploy',
    digest: flow === 'provision' ? null : 'sha256:old',
  },
  deploy: {
    manifests: [{ kind: 'Namespace' }],
    deployment: 'web',
    container: 'web',
    service: 'web',
    port: 80,
    endpoint: flow === 'provision' ? null : 'gke.example',
    kubeconfigRef: 'gs://state/tenants/acme/kubeconfig.json',
    timeoutSeconds: 600,
  },
  health: { path: '/health', url: 'http://10.0.0.9', attempts: 3, intervalSeconds: 5 },
  ...more,
});
