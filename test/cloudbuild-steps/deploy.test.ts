/** Deploying with a kubectl of our own making that keeps what it is given, and fails as the real one does. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { apply } from '../../cloudbuild-steps/deploy/apply.ts';
import { kubeconfigToKeep } from '../../cloudbuild-steps/deploy/kubeconfig.ts';
import { applyArguments, meaningOf, rolloutArguments } from '../../cloudbuild-steps/deploy/kubectl.ts';
import { remove } from '../../cloudbuild-steps/deploy/remove.ts';
import { describeWith } from '../support/tools.ts';
import { openBench, type Bench } from './bench.ts';

const IMAGE = `us-central1-docker.pkg.dev/acme-prod/acme/web@sha256:${'a'.repeat(64)}`;
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'web' },
  spec: {
    template: {
      spec: {
        containers: [
          { name: 'web', env: [] },
          { name: 'sidecar', image: 'x' },
        ],
      },
    },
  },
};
const INPUT = {
  endpoint: 'gke-abc.us-central1.gke.goog',
  namespace: 'web',
  manifests: [
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'web' } },
    deployment,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'web' } },
  ],
  deployment: 'web',
  container: 'web',
  service: 'web',
  port: 80,
  image: IMAGE,
  kubeconfigRef: 'gs://state/tenants/acme/kubeconfig.json',
  timeoutSeconds: 1,
};

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  answers('service', { status: { loadBalancer: { ingress: [{ ip: '10.0.0.9' }] } } });
});
afterEach(() => bench.close());

const answers = (kind: string, body: unknown) =>
  writeFileSync(join(bench.folder, `${kind}.json`), JSON.stringify(body));

/** Every file applied is kept in order; `get` answers with the file of the kind. `special` may answer first. */
const kubectl = (special = ':') =>
  bench.tool(
    'kubectl',
    `shift
    ${special}
    case "$1" in
      apply) for a in "$@"; do case "$a" in --filename=*) cat "\${a#--filename=}" >> "$BENCH/applied"; echo >> "$BENCH/applied";; esac; done ;;
      get) cat "$BENCH/$3.json" 2>/dev/null || { echo "Error from server (NotFound)" >&2; exit 1; } ;;
    esac`,
  );
const applied = () =>
  readFileSync(join(bench.folder, 'applied'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { items: { kind: string }[] }).items);

test('argv: server-side apply under our name, with an end to every request', () => {
  expect(applyArguments('f')).toEqual([
    'apply',
    '--request-timeout=60s',
    '--server-side',
    '--field-manager=plumbline',
    '--force-conflicts',
    '--filename=f',
  ]);
  expect(rolloutArguments('n', 'd', 5)).toEqual([
    'rollout',
    'status',
    'deployment/d',
    '--namespace=n',
    '--timeout=5s',
  ]);
});

describe('apply', () => {
  test('applies the namespace first, puts the image into the container, and gives the address', async () => {
    kubectl();
    expect(await apply(INPUT, bench.context)).toEqual({
      address: '10.0.0.9',
      url: 'http://10.0.0.9',
      kubeconfigRef: INPUT.kubeconfigRef,
      image: IMAGE,
    });
    const [first, second] = applied();
    expect(first).toEqual([INPUT.manifests[2]]);
    expect(second?.[0]).toEqual(INPUT.manifests[0]);
    expect(second?.[1]).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'web', image: IMAGE },
              { name: 'sidecar', image: 'x' },
            ],
          },
        },
      },
    });
  });

  test('keeps a kubeconfig without any token, and its own for its own eyes', async () => {
    kubectl();
    await apply(INPUT, bench.context);
    const kept = bench.objects.get('tenants/acme/kubeconfig.json')?.body ?? '';
    expect(kept).toBe(kubeconfigToKeep(INPUT.endpoint));
    expect(kept).not.toContain('bench-token');
    const own = join(bench.context.workspace, '.plumbline-kubeconfig.json');
    expect(statSync(own).mode & 0o777).toBe(0o600);
    expect(readFileSync(own, 'utf8')).toContain('"token":"bench-token"');
    expect(bench.lines.join('\n')).not.toContain('bench-token');
  });

  test('names the port when it is not the usual one, and takes a host name for an address', async () => {
    kubectl();
    answers('service', { status: { loadBalancer: { ingress: [{ hostname: 'lb' }] } } });
    const input = { ...INPUT, port: 9000 };
    expect(await apply(input, bench.context)).toMatchObject({ address: 'lb', url: 'http://lb:9000' });
  });

  test('does not touch the rest when the namespace is refused', async () => {
    kubectl(
      `[ "$1" = apply ] && { echo 'Error from server (Forbidden): namespaces is forbidden' >&2; exit 1; }`,
    );
    await expect(apply(INPUT, bench.context)).rejects.toThrow(
      /^applying the namespace: the build account lacks a right in the cluster \(gke-abc\.us-central1\.gke\.goog\): Error from server/,
    );
    expect(existsSync(join(bench.folder, 'applied'))).toBe(false);
  });

  test('says when the load balancer gets no address', async () => {
    kubectl();
    answers('service', { status: { loadBalancer: {} } });
    await expect(apply(INPUT, bench.context)).rejects.toThrow(
      /load balancer of the Service web\/web has no address after 1 s/,
    );
  });

  test('refuses manifests without the container, before anything is applied', async () => {
    kubectl();
    await expect(apply({ ...INPUT, container: 'api' }, bench.context)).rejects.toThrow(
      'there is no container api in a Deployment web to put the image into',
    );
    expect(existsSync(join(bench.folder, 'applied'))).toBe(false);
  });

  test.each([
    ['endpoint', 'https://x/y'],
    ['endpoint', 'x/../y'],
    ['image', 'web:latest'],
    ['kubeconfigRef', 'gs://state'],
  ])('refuses the %s %s', async (field, value) => {
    kubectl();
    await expect(apply({ ...INPUT, [field]: value }, bench.context)).rejects.toThrow(
      /is not valid|is not of the form/,
    );
  });
});

describe('a rollout that does not end', () => {
  const failing = (text: string) => kubectl(`[ "$1" = rollout ] && { echo '${text}' >&2; exit 1; }`);
  const selector = { matchLabels: { app: 'web' } };
  const pod = (status: object) => ({ items: [{ metadata: { name: 'web-1' }, status }] });
  const conditions = (...list: object[]) => ({ spec: { selector }, status: { conditions: list } });

  test.each<[string, object, object, string]>([
    ['quota on pods', conditions({ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: web' }), pod({}), 'pods cannot be made: exceeded quota: web'],
    ['no node', conditions(), pod({ conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes' }] }), 'pod web-1 cannot be placed: 0/3 nodes'],
    ['an image that cannot be pulled', conditions(), pod({ containerStatuses: [{ name: 'web', state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } }] }), 'container web waits: ImagePullBackOff no such image'],
    ['a crash', conditions(), pod({ containerStatuses: [{ name: 'web', state: { terminated: { reason: 'Error', exitCode: 3 } } }] }), 'container web ended with 3 (Error)'],
    ['a probe that fails', conditions(), pod({ containerStatuses: [{ name: 'web', state: { running: {} } }] }), 'container web runs but is not ready'],
    ['no pod to ask', conditions({ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' }), { items: [] }, 'ProgressDeadlineExceeded: timed out'],
  ])('is told by its reason: %s', async (_, deploymentAnswer, podsAnswer, reason) => {
    failing('error: timed out waiting for the condition');
    answers('deployment', deploymentAnswer);
    answers('pods', podsAnswer);
    await expect(apply(INPUT, bench.context)).rejects.toThrow(`the rollout of web/web did not end within 1 s: ${reason}`);
  }); // prettier-ignore

  test('is told apart from one that cannot be looked at', async () => {
    failing('Error from server (NotFound): deployments.apps "web" not found');
    await expect(apply(INPUT, bench.context)).rejects.toThrow(
      /^the rollout of web\/web: kubectl says .*not found$/,
    );
  });
});

test.each([
  ['Error from server (NotFound): namespaces "web" not found', 'the namespace does not exist'],
  [
    'forbidden: unable to create new content in namespace web because it is being terminated',
    'still being deleted',
  ],
  ['pods "x" is forbidden: exceeded quota: q', 'quota is used up'],
  ['resource mapping not found: no matches for kind "X" in version "v1"', 'does not know this kind'],
  ['BadRequest: strict decoding error: unknown field "spec.x"', 'does not know a field'],
  ['The Deployment "x" is invalid: spec.selector: Invalid value: field is immutable', 'has to be replaced'],
  ['The Service "x" is invalid: spec.ports: Required value', 'refuses a value'],
  ['Operation cannot be fulfilled on deployments: the object has been modified', 'at the same time'],
  ['error: You must be logged in to the server (Unauthorized)', 'does not accept'],
  ['failed to download openapi: dial tcp: connection refused; turn validation off', 'cannot be reached'],
  ['Get "https://x": net/http: request canceled (Client.Timeout exceeded)', 'does not answer in time'],
  ['the server is currently unable to handle the request', 'overloaded'],
  ['something new', 'kubectl says'],
])('kubectl’s %j means: %s', (stderr, meaning) => {
  const said = meaningOf({ exitCode: 1, stdout: '', stderr }, 'host');
  expect(said).toContain(meaning);
  expect(said).toContain(stderr);
});

describe('remove', () => {
  const input = { endpoint: 'gke.example', namespace: 'web', timeoutSeconds: 5 };

  test('deletes the namespace; one that is gone already is no failure', async () => {
    kubectl(`echo "$@" >> "$BENCH/argv"`);
    expect(await remove(input, bench.context)).toEqual({ namespace: 'web' });
    expect(readFileSync(join(bench.folder, 'argv'), 'utf8')).toBe(
      'delete namespace web --ignore-not-found --wait --timeout=5s\n',
    );
  });

  test('says when the namespace does not go', async () => {
    kubectl(`echo 'error: timed out waiting for the condition on namespaces/web' >&2; exit 1`);
    await expect(remove(input, bench.context)).rejects.toThrow(
      /^deleting the namespace web: the time was up/,
    );
  });

  test.each(['default', 'kube-system', 'gke-managed-system', ''])(
    'refuses the namespace %j',
    async (namespace) => {
      kubectl();
      await expect(remove({ ...input, namespace }, bench.context)).rejects.toThrow(
        'the input is not valid: namespace',
      );
    },
  );
});

describeWith('kubectl', 'with the real kubectl', () => {
  test('a control plane that is not there is named as that', async () => {
    await expect(
      remove({ endpoint: '127.0.0.1:9', namespace: 'web', timeoutSeconds: 5 }, bench.context),
    ).rejects.toThrow(/the control plane cannot be reached \(127\.0\.0\.1:9\)/);
  });
});
