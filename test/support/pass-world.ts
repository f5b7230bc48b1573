/**
 * A fleet as large as one likes, without a network and without being held: records and ledgers in a real store on disk,
 * and answers of the inventory, the owning APIs and the clusters made up as they are asked for, byte for byte as they
 * come over the wire. Every tenant is a copy of one, with its number in place of `000000`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openEmbeddedStore } from '../../desired-state/embedded/store.ts';
import type { Store } from '../../desired-state/store.ts';
import { deploymentOf } from '../../manifests/deployment.ts';
import { autoscalerOf } from '../../manifests/autoscaler.ts';
import { namespaceOf } from '../../manifests/namespace.ts';
import { serviceOf } from '../../manifests/service.ts';
import { expect } from '../../reconciler/expect.ts';
import { kindOf } from '../../reconciler/resources/index.ts';
import { bodyOf } from './bodies.ts';
import { Random } from './random.ts';
import { tenant } from './records.ts';
import { Socket, Stencil, ZERO } from './stencil.ts';
import { clustersOf } from '../../reconciler/clouds/clusters.ts';
import { inventoryOf } from '../../reconciler/clouds/inventory.ts';
import { directReads } from '../../reconciler/clouds/reads.ts';
import type { ReadBody, Rest, RestRequest } from '../../reconciler/clouds/rest.ts';
import { collect, parseBody } from '../../reconciler/clouds/body.ts';
import type { Json } from '../../reconciler/model.ts';
import { imageOf, namesOf } from '../../reconciler/names.ts';
import { CloudError, type PassMark, type Ports } from '../../reconciler/ports.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const AT = '2026-01-01T00:00:00Z';
const PAGE = 1000;
/** More than stands around a page's assets. */
const TAIL = 64;

/** One tenant in a hundred has a variable that nobody asked for: reported, and left to people. */
const DRIFT_EVERY = 100;

const TEMPLATE = tenant(`t${ZERO}`);

/** What nobody compares, of about so many bytes: real bodies are mostly that. */
const noise = (bytes: number): object[] =>
  Array.from({ length: Math.ceil(bytes / 110) }, (_, n) => ({
    key: `some-setting-${n}`,
    value: 'x'.repeat(40),
    enabled: n % 2 === 0,
    revision: n,
  }));

interface Resource {
  /** Full name, with the leading `//`. */
  readonly name: string;
  readonly assetType: string;
  readonly body: object;
}

function resources(): Resource[] {
  const { project, region } = TEMPLATE.spec;
  const names = namesOf(TEMPLATE);
  const compute = `compute.googleapis.com/projects/${project}`;
  const of = (assetType: string, name: string, body: object, bytes = 1800): Resource => ({
    name: `//${name}`,
    assetType,
    body: { name: name.split('/').at(-1), ...body, details: noise(bytes) },
  });
  const link = {
    network: `https://www.googleapis.com/compute/v1/projects/${project}/global/networks/${names.network}`,
  };
  const exact = { random: new Random(0), amount: 0 };
  const wanted = new Map<string, Resource>();
  for (const want of expect(TEMPLATE, DIGEST)) {
    const kind = kindOf(want);
    if (kind?.plane !== 'gcp') continue;
    const fields = Object.fromEntries(Object.entries(want.fields).map(([path, wish]) => [path, wish.want]));
    const body = bodyOf(kind, want, fields, exact) as object;
    // A router and its NAT are one body.
    const { assetType } = kind;
    const before = wanted.get(want.name)?.body;
    wanted.set(
      want.name,
      of(assetType, want.name, { ...before, ...body, ...ENDPOINTS[kind.kind] }, BYTES[kind.kind]),
    );
  }
  return [
    ...wanted.values(),
    // Of the same types, and nobody's want.
    ...['one', 'two', 'three', 'four'].map((name) =>
      of(
        'compute.googleapis.com/Disk',
        `${compute}/zones/${region}-a/disks/gke-${names.cluster}-cpu-${name}`,
        {
          labels: { 'goog-k8s-cluster-name': names.cluster },
        },
      ),
    ),
    ...['one', 'two', 'three', 'four'].map((name) =>
      of('compute.googleapis.com/Route', `${compute}/global/routes/default-route-${name}`, link, 2500),
    ),
    of('compute.googleapis.com/Address', `${compute}/regions/${region}/addresses/nat-auto-ip`, {
      purpose: 'NAT_AUTO',
    }),
  ];
}

/** A rule in the tenant's network that no record asked for. */
const foreignRule = (): Resource => {
  const { project } = TEMPLATE.spec;
  const name = `compute.googleapis.com/projects/${project}/global/firewalls/somebody-elses`;
  const network = `https://www.googleapis.com/compute/v1/projects/${project}/global/networks/${namesOf(TEMPLATE).network}`;
  return {
    name: `//${name}`,
    assetType: 'compute.googleapis.com/Firewall',
    body: { name: 'somebody-elses', network, direction: 'INGRESS', sourceRanges: ['0.0.0.0/0'] },
  };
};

const NUMBER = /t(\d{6})-prod-1/;

/** What real bodies hold beside what is compared, in bytes. */
const BYTES: Readonly<Record<string, number>> = { cluster: 9000, 'node-pool': 3000, 'service-account': 300 };

/** Read along with what is compared. */
const ENDPOINTS: Readonly<Record<string, object>> = {
  cluster: {
    controlPlaneEndpointsConfig: {
      dnsEndpointConfig: { allowExternalTraffic: true, endpoint: `t${ZERO}.gke.example` },
    },
  },
};

function objects(): Record<string, { full: object[]; drifted: object[] }> {
  const image = `${imageOf(TEMPLATE)}@${DIGEST}`;
  const live = (manifest: Json, uid: number, bytes = 1500): object => {
    const { metadata, ...rest } = manifest as { metadata: object };
    return {
      metadata: {
        ...metadata,
        uid: `00000000-0000-4000-8000-t${ZERO}${uid}`,
        resourceVersion: `1${uid}`,
        generation: 1,
        creationTimestamp: AT,
        managedFields: [
          {
            manager: 'plumbline',
            operation: 'Apply',
            apiVersion: 'v1',
            time: AT,
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:spec': { 'f:template': {} } },
          },
          {
            manager: 'controller',
            operation: 'Update',
            apiVersion: 'v1',
            time: AT,
            subresource: 'status',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:status': {} },
          },
        ],
      },
      ...rest,
      status: { conditions: noise(bytes) },
    };
  };
  const others = (count: number, from: number) =>
    Array.from({ length: count }, (_, n) =>
      live({ metadata: { name: `other-${n}`, namespace: `t${ZERO}-app` } }, from + n),
    );
  const deployment = deploymentOf(TEMPLATE, image);
  const drifted = structuredClone(deployment) as {
    spec: { template: { spec: { containers: { env: object[] }[] } } };
  };
  drifted.spec.template.spec.containers[0]?.env.push({ name: 'DEBUG', value: '1' });
  const moved = live(drifted as unknown as Json, 2) as {
    metadata: { resourceVersion: string; generation: number };
  };
  moved.metadata.resourceVersion = '999';
  moved.metadata.generation = 2;
  const list = (manifest: Json, uid: number, more: number) => {
    const full = [live(manifest, uid), ...others(more, uid * 10)];
    return { full, drifted: full };
  };
  const deployments = list(deployment, 2, 3);
  return {
    namespaces: list(namespaceOf(TEMPLATE), 1, 4),
    deployments: {
      ...deployments,
      drifted: [moved, ...deployments.full.slice(1)],
    },
    services: list(serviceOf(TEMPLATE), 3, 3),
    horizontalpodautoscalers: list(autoscalerOf(TEMPLATE), 4, 1),
  };
}

/** As an API server answers when it is asked for nothing but metadata. */
const partial = (object: object): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: (object as { metadata: object }).metadata,
});

/** What may be changed between passes, or while one runs. */
interface PassWorldState {
  /** Whether a tenant of this number has a variable that nobody asked for. */
  drifted: (number: number) => boolean;
  /** Whether its cluster's metadata tells that something was changed. An event that is missed does not. */
  tells: (number: number) => boolean;
  /** Whether somebody else's firewall rule stands in its network. */
  foreign: (number: number) => boolean;
  /** Whether the inventory shows anything of its project. */
  shown: (number: number) => boolean;
  /** Told of every call before it is answered; what it throws is what the call meets. A cluster waits for it. */
  onCall: (what: string) => Promise<void> | undefined;
}

export interface PassWorld {
  readonly state: PassWorldState;
  readonly ports: Ports;
  /** What one tenant's answers weigh, of the inventory and of its cluster. */
  readonly bytesPerTenant: { readonly assets: number; readonly objects: number };
  /** Rows that were inserted, changed or removed so far, whichever way. */
  rowsWritten(): number;
  close(): Promise<void>;
}

export async function passWorld(size: number, now = () => new Date()): Promise<PassWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-bench-'));
  const file = join(folder, 'bench.db');
  const store = openEmbeddedStore(file);
  await store.migrate();
  await populate(store, file, size, now());
  const watcher = new DatabaseSync(file);
  const rowsWritten = countingWrites(watcher);
  const state: PassWorldState = {
    drifted: (number) => number % DRIFT_EVERY === 0,
    tells: () => false,
    foreign: () => false,
    shown: () => true,
    onCall: () => undefined,
  };
  const cloud = cloudOf(size, state);
  const clock = { now, sleep: () => Promise.resolve() };
  const unused = (): never => {
    throw new Error('this fleet calls for no launch');
  };
  let mark: PassMark | undefined;
  const token = () => Promise.resolve('a-token');
  const tokens = { token, client: unused };
  return {
    state,
    bytesPerTenant: cloud.bytes,
    rowsWritten,
    ports: {
      clock,
      store,
      inventory: inventoryOf(cloud.rest, clock),
      reads: directReads(cloud.rest, clock),
      clusters: clustersOf({ tokens, clock, caFile: null, http: cloud.http }),
      calls: () => ({}),
      courier: { send: unused },
      archive: { write: unused },
      auditLog: { read: async () => ({ entries: [], more: false, at: clock.now().toISOString() }) },
      passes: {
        read: async () => mark,
        write: async (_, written) => void (mark = written),
        latest: async () => mark,
      },
      workflows: {
        ensure: unused,
        execute: unused,
        find: unused,
        get: unused,
        list: async () => [],
        standing: unused,
        lastUse: unused,
        condemn: unused,
        remove: unused,
      },
    },
    close: async () => {
      watcher.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first tenant through the front door, the others as its copies: a hundred thousand applies would take an hour. */
async function populate(store: Store, file: string, size: number, now: Date): Promise<void> {
  const name = TEMPLATE.metadata.name;
  await store.applyTenant({ name, record: TEMPLATE as unknown as Json, author: 'bench', reason: 'bench' });
  const database = new DatabaseSync(file);
  const health = {
    healthy: true,
    code: 200,
    url: 'http://10.0.0.5/health',
    reason: 'answered 200',
    checkedAt: now.toISOString(),
  };
  database.exec(`
    WITH RECURSIVE Numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM Numbers WHERE n < ${size})
    INSERT INTO Tenants (name, record, generation, etag, created_at, updated_at, updated_by)
    SELECT replace(name, '${ZERO}', printf('%06d', n)), replace(record, '${ZERO}', printf('%06d', n)), generation,
      printf('%06d', n), created_at, updated_at, updated_by
    FROM Numbers JOIN Tenants ON name = '${name}' WHERE n < ${size};
    INSERT INTO Ledger (name, status, image_digest, applied_generation, service_endpoint, health, updated_at)
    SELECT name, 'DEPLOYED', '${DIGEST}', 1, 'http://10.0.0.5', '${JSON.stringify(health)}', updated_at FROM Tenants;
  `);
  database.close();
}

/** Has the database itself count what is written to its tables, so that no way past the count exists. */
function countingWrites(database: DatabaseSync): () => number {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  database.exec('CREATE TABLE RowsWritten (count INTEGER); INSERT INTO RowsWritten VALUES (0)');
  for (const [at, { name }] of tables.entries()) {
    for (const event of ['INSERT', 'UPDATE', 'DELETE']) {
      database.exec(
        `CREATE TRIGGER Count${event}${at} AFTER ${event} ON "${String(name)}" BEGIN UPDATE RowsWritten SET count = count + 1; END`,
      );
    }
  }
  const written = database.prepare('SELECT count FROM RowsWritten');
  return () => Number(written.get()?.['count']);
}

function cloudOf(size: number, state: PassWorldState) {
  const all = resources();
  const asset = ({ name, assetType, body }: Resource): Stencil =>
    new Stencil(
      JSON.stringify({
        name,
        assetType,
        ancestors: ['projects/1', 'folders/1000'],
        updateTime: AT,
        resource: { version: 'v1', data: body },
      }),
    );
  const brief = ({ name }: Resource): Stencil => new Stencil(JSON.stringify({ name, updateTime: AT }));
  const assets = all.map(asset);
  const foreign = foreignRule();
  const inventory = {
    bodies: { own: assets, foreign: asset(foreign) },
    names: { own: all.map(brief), foreign: brief(foreign) },
  };
  const bodies = new Map(
    [...all, foreign].map(({ name, body }) => [
      name.replace(/^\/\/[^/]+/, ''),
      new Stencil(JSON.stringify(body)),
    ]),
  );
  const kinds = objects();
  const lists = new Map(
    Object.entries(kinds).map(([plural, { full, drifted }]) => [
      plural,
      {
        objects: new Stencil(listText('List', full)),
        drifted: new Stencil(listText('List', drifted)),
        metadata: new Stencil(listText('PartialObjectMetadataList', full.map(partial))),
        moved: new Stencil(listText('PartialObjectMetadataList', drifted.map(partial))),
      },
    ]),
  );

  /** Asset by asset over these tenants, as an inventory that is sorted by name gives them. */
  const page = async function* (
    content: (typeof inventory)['names'],
    numbers: { readonly from: number; readonly count: number },
    token: number,
  ): AsyncGenerator<Uint8Array> {
    const { from, count } = numbers;
    const all = [...content.own, content.foreign];
    const end = Math.min(token + PAGE, all.length * count);
    const socket = new Socket();
    socket.write(`{"readTime":"${AT}","assets":[`);
    let isFirst = true;
    for (let n = token; n < end; n += 1) {
      const stencil = all[Math.floor(n / count)];
      const number = from + (n % count);
      if (stencil === undefined || !state.shown(number)) continue;
      if (stencil === content.foreign && !state.foreign(number)) continue;
      if (!socket.hasRoomFor(stencil.size + TAIL)) yield socket.take();
      if (!isFirst) socket.write(',');
      isFirst = false;
      socket.fill(stencil, number);
    }
    socket.write(`]${end < all.length * count ? `,"nextPageToken":"${end}"` : ''}}`);
    yield socket.take();
  };
  const answer = ({ service, path }: RestRequest): AsyncGenerator<Uint8Array> => {
    const url = new URL(path, 'http://bench');
    void state.onCall(`${service} ${url.pathname}`);
    if (service === 'cloudasset') {
      const content = inventory[url.searchParams.has('contentType') ? 'bodies' : 'names'];
      const own = NUMBER.exec(url.pathname)?.[1];
      const numbers = own === undefined ? { from: 0, count: size } : { from: Number(own), count: 1 };
      return page(content, numbers, Number(url.searchParams.get('pageToken') ?? 0));
    }
    const number = NUMBER.exec(url.pathname)?.[1] ?? ZERO;
    const body = bodies.get(url.pathname.replace(/^\/(compute\/)?v1/, '').replaceAll(number, ZERO));
    const isGone = url.pathname.endsWith('/somebody-elses') && !state.foreign(Number(number));
    if (body === undefined || isGone) throw new CloudError('not-found', path, { httpStatus: 404 });
    return onePiece(body.of(Number(number)));
  };
  const rest: Rest = {
    read: <T>(request: RestRequest, read: ReadBody<T>) => read(answer(request), request.path),
    request: async (request) =>
      parseBody(await collect(answer(request), Infinity, request.path), request.path),
  };
  const http = async ({ endpoint, path, accept }: { endpoint: string; path: string; accept: string }) => {
    const number = Number(endpoint.slice(1, 7));
    const query = path.indexOf('?');
    const plural = path.slice(path.lastIndexOf('/', query) + 1, query);
    const texts = lists.get(plural);
    if (texts === undefined) throw new CloudError('unexpected', path);
    await state.onCall(`kubernetes t${endpoint.slice(1, 7)} ${plural}`);
    const isDrifted = state.drifted(number);
    const text = accept.includes('Partial')
      ? texts[isDrifted && state.tells(number) ? 'moved' : 'metadata']
      : texts[isDrifted ? 'drifted' : 'objects'];
    return text.of(number);
  };
  return {
    rest,
    http,
    bytes: {
      assets: assets.reduce((sum, stencil) => sum + stencil.size, 0),
      objects: [...lists.values()].reduce((sum, { objects: text }) => sum + text.size, 0),
    },
  };
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const listText = (kind: string, items: readonly object[]): string =>
  JSON.stringify({ kind, apiVersion: 'v1', metadata: { resourceVersion: '12345' }, items });
