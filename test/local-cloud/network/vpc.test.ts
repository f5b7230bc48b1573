import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { VpcHandler } from '../../../local-cloud/core/parts.ts';
import { smallCloud, type SmallCloud } from '../kubernetes/support.ts';
import { getThrough } from './support.ts';

const ACME = 'projects/acme-prod/global/networks/acme-vpc';
const GLOBEX = 'projects/globex-prod/global/networks/globex-vpc';

const answering =
  (body: object): VpcHandler =>
  (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...body, path: request.url }));
  };

describe('the proxy inside a VPC', () => {
  let small: SmallCloud;
  let acme: string;
  beforeAll(async () => {
    small = smallCloud();
    acme = await small.cloud.networks.proxyUrl(ACME);
    small.cloud.networks.publish(ACME, '10.10.0.5', 80, answering({ tenant: 'acme' }));
  });
  afterEach(() => small.cloud.faults.clear());
  afterAll(() => small.close());

  it('reaches published addresses by path and query', async () => {
    expect(await getThrough(acme, 'http://10.10.0.5/health?deep=1')).toEqual({
      status: 200,
      body: { tenant: 'acme', path: '/health?deep=1' },
    });
  });

  it('keeps equal address ranges of two networks apart', async () => {
    small.cloud.networks.publish(GLOBEX, '10.10.0.5', 80, answering({ tenant: 'globex' }));
    const globex = await small.cloud.networks.proxyUrl(GLOBEX);
    expect(globex).not.toBe(acme);
    expect(await getThrough(globex, 'http://10.10.0.5/')).toMatchObject({ body: { tenant: 'globex' } });
    expect(await getThrough(acme, 'http://10.10.0.5/')).toMatchObject({ body: { tenant: 'acme' } });
  });

  it('fails the connection to an address or port nobody holds', async () => {
    await expect(getThrough(acme, 'http://10.10.0.6/')).rejects.toThrow('socket hang up');
    await expect(getThrough(acme, 'http://10.10.0.5:8080/')).rejects.toThrow('socket hang up');
  });

  it.each(['10.10.0.5:80', '10.10.0.6:80'])(
    'outlives a client that drops its tunnel to %s',
    async (address) => {
      const { hostname, port } = new URL(acme);
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.write(`CONNECT ${address} HTTP/1.1\r\nhost: ${address}\r\n\r\n`);
      socket.resetAndDestroy();
      await once(socket, 'close');
      // What the proxy has of the dropped connection reaches it before a connection made later.
      expect(await getThrough(acme, 'http://10.10.0.5/')).toMatchObject({ status: 200 });
    },
  );

  it('forgets a withdrawn address, but not a later publisher of the same one', async () => {
    const { networks } = small.cloud;
    const first = networks.publish(ACME, '10.10.0.9', 80, answering({ turn: 1 }));
    const second = networks.publish(ACME, '10.10.0.9', 80, answering({ turn: 2 }));
    first();
    expect(await getThrough(acme, 'http://10.10.0.9/')).toMatchObject({ body: { turn: 2 } });
    second();
    await expect(getThrough(acme, 'http://10.10.0.9/')).rejects.toThrow();
  });

  it('says what it is to a client that takes it for a web server', async () => {
    expect(await getThrough(acme, '/health')).toMatchObject({ status: 400 });
  });

  it('answers ordered faults for one tenant by its network or address', async () => {
    small.cloud.faults.order({ service: 'endpoint', contains: 'globex', status: 500 });
    expect(await getThrough(acme, 'http://10.10.0.5/')).toMatchObject({ status: 200 });
    small.cloud.faults.order({
      service: 'endpoint',
      contains: 'acme-vpc 10.10.0.5:80',
      status: 500,
      times: 1,
    });
    expect(await getThrough(acme, 'http://10.10.0.5/health')).toMatchObject({ status: 500 });
    small.cloud.faults.order({ service: 'endpoint', contains: 'acme', rawBody: '<html>', times: 1 });
    expect(await getThrough(acme, 'http://10.10.0.5/health')).toEqual({ status: 200, body: '<html>' });
    small.cloud.faults.order({ service: 'endpoint', contains: 'acme', reset: true });
    await expect(getThrough(acme, 'http://10.10.0.5/health')).rejects.toThrow();
  });

  it('records what was asked and answered', async () => {
    await getThrough(acme, 'http://10.10.0.5/recorded');
    await getThrough(acme, 'http://10.10.0.6/recorded').catch(() => undefined);
    const seen = () =>
      small.cloud.audit
        .list({ service: 'endpoint', method: 'http.get' })
        .filter(({ path }) => path.endsWith('/recorded'))
        .map(({ path, status }) => ({ path, status }));
    await expect.poll(seen).toEqual([
      { path: '10.10.0.5:80/recorded', status: 200 },
      { path: '10.10.0.6:80/recorded', status: 0 },
    ]);
  });

  it('serves the fetch of Node, which tunnels even plain HTTP', async () => {
    const script = (url: string) =>
      `fetch('${url}').then(async (r) => console.log(r.status, await r.text()), () => console.log('unreachable'))`;
    const run = async (url: string) => {
      const env = {
        ...process.env,
        NODE_USE_ENV_PROXY: '1',
        http_proxy: acme,
        HTTP_PROXY: acme,
        no_proxy: '',
      };
      return (await promisify(execFile)(process.execPath, ['-e', script(url)], { env })).stdout.trim();
    };
    expect(await run('http://10.10.0.5/health')).toBe('200 {"tenant":"acme","path":"/health"}');
    expect(await run('http://10.10.0.6/health')).toBe('unreachable');
  });
});
