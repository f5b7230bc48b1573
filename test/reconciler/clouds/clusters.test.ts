/** Lists inside clusters at the wire: what a server does wrong costs its own tenant an answer, and nobody memory or time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { caFile, writeCa, type Certificates } from '../../../local-cloud/kubernetes/certificates.ts';
import { clustersOf, type ClustersOptions } from '../../../reconciler/clouds/clusters.ts';
import type { KubeResource } from '../../../reconciler/ports.ts';
import { fixedToken, impatientClock } from '../../support/clients.ts';
import type { Json } from '../../../reconciler/model.ts';
import { answer, httpServer, type TestServer } from '../../support/http.ts';

const DEPLOYMENTS: KubeResource = { group: 'apps', version: 'v1', plural: 'deployments' };
const SERVICES: KubeResource = { group: '', version: 'v1', plural: 'services' };
const KIB = 1024;

const list = (names: readonly string[], proceed?: string) => ({
  kind: 'DeploymentList',
  metadata: proceed === undefined ? {} : { continue: proceed },
  items: names.map((name) => ({ metadata: { name } })),
});

const asTheyAre = (objects: readonly Json[]) => objects;

describe('a list inside a cluster', () => {
  let folder: string;
  let tls: Certificates;
  const servers: TestServer[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plumb-clusters-'));
    tls = await writeCa(folder);
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function control(handle: Parameters<typeof httpServer>[0]): Promise<TestServer> {
    const server = await httpServer(handle, tls);
    servers.push(server);
    return server;
  }

  const clusters = (limits: ClustersOptions['limits'] = {}, trusted = true) =>
    clustersOf({
      tokens: fixedToken,
      clock: impatientClock(),
      caFile: trusted ? caFile(folder) : null,
      limits,
    });

  const at = ({ url }: TestServer) => ({ endpoint: new URL(url).host });

  const namesOf = (items: readonly unknown[]) =>
    items.map((item) => (item as { metadata: { name: string } }).metadata.name);

  it('is all of its pages', async () => {
    const server = await control((request, response) =>
      answer(response, 200, request.url?.includes('continue=') ? list(['c']) : list(['a', 'b'], 'next')),
    );
    const reading = await clusters().at(at(server)).list(DEPLOYMENTS, null, asTheyAre);
    expect(reading.state === 'present' && namesOf(reading.value)).toEqual(['a', 'b', 'c']);
  });

  it('begins anew when its token has expired, and holds nothing twice', async () => {
    const server = await control((request, response, nth) => {
      if (nth === 2)
        answer(response, 410, { kind: 'Status', message: 'The provided continue parameter is too old' });
      else
        answer(response, 200, request.url?.includes('continue=') ? list(['c']) : list(['a', 'b'], `t${nth}`));
    });
    const reading = await clusters().at(at(server)).list(DEPLOYMENTS, null, asTheyAre);
    expect(reading.state === 'present' && namesOf(reading.value)).toEqual(['a', 'b', 'c']);
    expect(server.requests).toHaveLength(4);
  });

  /** One page of blanks after another, until whoever reads has enough. */
  const endless: Parameters<typeof httpServer>[0] = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => {
      while (!response.destroyed) {
        if (!response.write(Buffer.alloc(16 * KIB, 0x20))) return void response.once('drain', more);
      }
    };
    more();
  };

  const wrongs: readonly [string, Parameters<typeof httpServer>[0], string][] = [
    ['an answer that never ends', endless, 'larger than'],
    ['pages that never end', (_, response, nth) => answer(response, 200, list([], `t${nth}`)), 'did not end'],
    [
      'pages of which all together are too many bytes',
      (_, response, nth) => answer(response, 200, list([`${nth}`.repeat(50 * KIB)], `t${nth}`)),
      'larger than',
    ],
    [
      'tokens that expire faster than they can be used',
      (request, response) =>
        request.url?.includes('continue=')
          ? answer(response, 410, { kind: 'Status', message: 'too old' })
          : answer(response, 200, list(['a'], 't')),
      'HTTP 410: too old',
    ],
    ['an empty answer', (_, response) => response.end(), 'holds no items'],
    ['half an answer', (_, response) => answer(response, 200, '{"items":[{"meta'), 'not JSON'],
    [
      'an answer that breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"items":[');
        setImmediate(() => response.destroy());
      },
      '127.0.0.1',
    ],
    [
      'something that is no list',
      (_, response) => answer(response, 200, { kind: 'Status' }),
      'holds no items',
    ],
    // A missing API says nothing about its objects.
    [
      'a 404',
      (_, response) => answer(response, 404, { message: 'the server could not find it' }),
      'HTTP 404',
    ],
    ['a 403', (_, response) => answer(response, 403, { message: 'forbidden' }), 'HTTP 403: forbidden'],
    ['a 503', (_, response) => answer(response, 503, 'starting'), 'HTTP 503'],
  ];

  it.each(wrongs)('is unreadable for %s, and says why', async (_, handle, reason) => {
    const server = await control(handle);
    const limits = { pageBytes: 128 * KIB, listBytes: 256 * KIB };
    const reading = await clusters(limits).at(at(server)).list(DEPLOYMENTS, null, asTheyAre);
    expect(reading).toMatchObject({ state: 'unreadable', reason: expect.stringContaining(reason) as string });
  });

  it('is unreadable when the certificate is nobody’s we know', async () => {
    const server = await control((_, response) => answer(response, 200, list([])));
    const reading = await clusters({}, false).at(at(server)).list(DEPLOYMENTS, null, asTheyAre);
    expect(reading).toMatchObject({
      state: 'unreadable',
      reason: expect.stringContaining('certificate') as string,
    });
    expect(server.requests).toEqual([]);
  });

  it('waits for a silent server once, whatever else is asked of it', async () => {
    const server = await control(() => undefined);
    const view = clusters({ callMs: 40 }).at(at(server));
    const readings = [
      await view.list(DEPLOYMENTS, null, asTheyAre),
      await view.list(SERVICES, null, asTheyAre),
    ];
    expect(readings.map(({ state }) => state)).toEqual(['unreadable', 'unreadable']);
    expect(server.requests).toHaveLength(1);
  });

  it('is unreadable when bytes keep coming and the end does not', async () => {
    const server = await control((_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(drip));
    });
    const reading = await clusters({ callMs: 60 }).at(at(server)).list(DEPLOYMENTS, null, asTheyAre);
    expect(reading).toMatchObject({
      state: 'unreadable',
      reason: expect.stringContaining('no answer within') as string,
    });
  });

  it('is asked for by so many at once per cluster, and so many altogether', async () => {
    const AT_ONCE = 5;
    const under = { now: 0, most: 0 };
    const perServer: number[] = [];
    const waiting: (() => void)[] = [];
    const handlerOf = (index: number): Parameters<typeof httpServer>[0] => {
      let own = 0;
      return (_, response) => {
        under.now += 1;
        own += 1;
        under.most = Math.max(under.most, under.now);
        perServer[index] = Math.max(perServer[index] ?? 0, own);
        waiting.push(() => {
          under.now -= 1;
          own -= 1;
          answer(response, 200, list([]));
        });
        // Nobody is answered before as many are there as may be; whoever is too many comes in the meantime.
        if (under.most >= AT_ONCE) setTimeout(() => waiting.splice(0).forEach((go) => go()), 15);
      };
    };
    const controls = await Promise.all([0, 1, 2].map((index) => control(handlerOf(index))));
    const all = clusters({ atOncePerCluster: 2, atOnce: AT_ONCE });
    const views = controls.map((server) => all.at(at(server)));
    await Promise.all(
      views.flatMap((view) => Array.from({ length: 8 }, () => view.list(DEPLOYMENTS, null, asTheyAre))),
    );
    expect(Math.max(...perServer)).toBe(2);
    expect(under.most).toBe(AT_ONCE);
  });

  it('answers while another cluster does not', async () => {
    const silent = await control(() => undefined);
    const sound = await control((_, response) => answer(response, 200, list(['a'])));
    const all = clusters({ callMs: 150 });
    const order: string[] = [];
    const ask = async (name: string, server: TestServer) => {
      const { state } = await all.at(at(server)).list(DEPLOYMENTS, null, asTheyAre);
      order.push(`${name} ${state}`);
    };
    await Promise.all([ask('silent', silent), ask('sound', sound)]);
    expect(order).toEqual(['sound present', 'silent unreadable']);
  });
});
