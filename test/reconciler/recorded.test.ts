/** What a real API server answered to what was sent: none of what it adds, respells or drops is a difference. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { additions, differences } from '../../reconciler/compare.ts';
import type { Json, Want } from '../../reconciler/model.ts';
import { CLUSTER_KINDS } from '../../reconciler/resources/index.ts';
import type { ClusterKind } from '../../reconciler/resources/kind.ts';

interface Recorded {
  readonly kind: string;
  readonly name: string;
  readonly sent: Json;
  readonly created: Json;
  readonly live: Json;
}

const { cases } = JSON.parse(readFileSync(new URL('fixtures/api-server.json', import.meta.url), 'utf8')) as {
  cases: Recorded[];
};

/** What is sent, as it would be wanted. */
function wantOf(kind: ClusterKind, sent: Json): Want {
  const want: Want = {
    id: `${kind.kind}/x`,
    kind: kind.kind,
    plane: 'cluster',
    name: 'x',
    from: null,
    fields: {},
  };
  const fields = Object.entries(kind.read(sent, want) ?? {});
  return {
    ...want,
    fields: Object.fromEntries(fields.map(([path, value]) => [path, { want: value, from: null }])),
  };
}

describe.each(cases)('$name, as an API server keeps it', ({ kind: name, sent, created, live }) => {
  const kind = CLUSTER_KINDS.find((each) => each.kind === name)!;
  const want = wantOf(kind, sent);

  it.each([
    ['when it is created', created],
    ['after its controllers', live],
  ])('is as it was sent, %s', (_when, body) => {
    const have = kind.read(body, want)!;
    expect(differences(want, have)).toEqual([]);
    expect(additions(want, have)).toEqual([]);
  });
});

it('has an answer recorded for every kind that lives in a cluster', () => {
  expect(new Set(cases.map(({ kind }) => kind))).toEqual(new Set(CLUSTER_KINDS.map(({ kind }) => kind)));
});

describe('what both of kubectl’s diffs miss', () => {
  const deployment = cases.find(({ kind }) => kind === 'deployment')!;
  const kind = CLUSTER_KINDS.find((each) => each.kind === 'deployment')!;
  const want = wantOf(kind, deployment.sent);

  /** The recorded Deployment after somebody has edited its pod template. */
  function edited(
    edit: (pod: { containers: Record<string, unknown>[]; [key: string]: unknown }) => void,
  ): string[] {
    const body = structuredClone(deployment.live) as never as {
      spec: { template: { spec: Parameters<typeof edit>[0] } };
    };
    edit(body.spec.template.spec);
    const have = kind.read(body as unknown as Json, want)!;
    return [...differences(want, have), ...additions(want, have)];
  }

  it.each<[string, string, Parameters<typeof edited>[0]]>([
    [
      'a variable more',
      'containers[app].env[DEBUG]',
      ({ containers: [app] }) => (app!['env'] as unknown[]).push({ name: 'DEBUG', value: '1' }),
    ],
    [
      'a sidecar',
      'containers[proxy]',
      ({ containers }) => containers.push({ name: 'proxy', image: 'proxy:1' }),
    ],
    [
      'an init container',
      'initContainers[patch]',
      (pod) => (pod['initContainers'] as unknown[]).push({ name: 'patch', image: 'x' }),
    ],
    [
      'a pull policy',
      'containers[app].imagePullPolicy',
      ({ containers: [app] }) => (app!['imagePullPolicy'] = 'Always'),
    ],
    [
      'a volume',
      'volumes[host]',
      (pod) => (pod['volumes'] as unknown[]).push({ name: 'host', hostPath: { path: '/' } }),
    ],
    ['the host’s network', 'hostNetwork', (pod) => (pod['hostNetwork'] = true)],
    [
      'a limit',
      'containers[app].resources.limits[cpu]',
      ({ containers: [app] }) =>
        ((app!['resources'] as { limits: Record<string, string> }).limits['cpu'] = '2'),
    ],
    [
      'a privilege',
      'containers[app].securityContext',
      ({ containers: [app] }) => (app!['securityContext'] = { privileged: true }),
    ],
  ])('%s is seen', (_what, path, edit) => {
    expect(edited(edit)).toEqual([path]);
  });
});
