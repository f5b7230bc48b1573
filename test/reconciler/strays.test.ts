/** Firewall rules nobody declared: asked of their own API before a word is said, and only reported. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directReads } from '../../reconciler/clouds/reads.ts';
import { contextOf, Survey } from '../../reconciler/coverage.ts';
import { expect as wantsOf } from '../../reconciler/expect.ts';
import { findingKey } from '../../reconciler/model.ts';
import { confirmStrays, strayFindings, strayName } from '../../reconciler/strays.ts';
import { planOf } from '../support/plans.ts';
import { impatientClock, restAt } from '../support/clients.ts';
import { AT } from '../support/have.ts';
import { answer, googleError, httpServer, type TestServer } from '../support/http.ts';
import { tenant } from '../support/records.ts';

const PATH = 'projects/acme-prod-1/global/firewalls/open-ssh';
const BODY = {
  name: 'open-ssh',
  network: '…/networks/acme-vpc',
  direction: 'INGRESS',
  sourceRanges: ['0.0.0.0/0'],
  allowed: [{ IPProtocol: 'tcp', ports: ['22', '80-90'] }],
};

describe('a firewall rule nobody declared', () => {
  let server: TestServer;
  let reply: [status: number, body: unknown] = [200, BODY];
  beforeAll(async () => {
    server = await httpServer((_request, response) => answer(response, ...reply));
  });
  afterAll(() => server.close());

  const survey = (): Survey => {
    const found = new Survey([contextOf('acme', 'acme-prod-1', wantsOf(tenant(), null))]);
    found.see({
      name: `compute.googleapis.com/${PATH}`,
      assetType: 'compute.googleapis.com/Firewall',
      project: null,
      data: BODY,
      updateTime: '',
    });
    found.done();
    return found;
  };
  const findings = async (found = survey()) => {
    const clock = impatientClock();
    const strays = await confirmStrays(
      directReads(restAt(server.url, clock), clock),
      found,
      'acme',
      Infinity,
    );
    return strayFindings('acme', strays, new Map(), AT);
  };

  it('is a finding of its own, in words people check at a glance', async () => {
    reply = [200, BODY];
    const [finding, ...more] = await findings();
    expect(more).toEqual([]);
    expect(server.requests.at(-1)).toBe(`GET /compute/v1/${PATH}`);
    expect(finding).toMatchObject({
      class: 'extra',
      plane: 'gcp',
      resource: 'firewall/open-ssh',
      field: null,
      source: 'compute',
      message: "nobody declared it in the tenant's network: INGRESS from 0.0.0.0/0 allows tcp:22+80-90",
    });
    expect(strayName('acme-prod-1', finding!)).toBe(`compute.googleapis.com/${PATH}`);
  });

  it('leads to no action, whatever is known of it', async () => {
    reply = [200, BODY];
    const found = await findings();
    const { actions, held } = planOf({ findings: found, ledger: undefined });
    expect(actions).toEqual([]);
    expect(held).toMatchObject([{ reason: 'report-only', because: found.map(findingKey) }]);
  });

  it('is none when its API says it is gone: the inventory was late, and does not count it either', async () => {
    reply = [404, googleError(404)];
    const found = survey();
    expect(await findings(found)).toEqual([]);
    expect(found.coverageOf('acme')).toMatchObject({ unexplained: [], more: 0 });
  });

  it.each([
    ['a 403', 403, googleError(403)],
    ['a page for people', 200, '<html>'],
    ['a proxy’s 404', 404, '<html>'],
  ])('is still told when its API answers %s: the inventory showed it', async (_what, status, body) => {
    reply = [status, body];
    const [finding] = await findings();
    expect(finding).toMatchObject({ class: 'extra', source: 'cloudasset' });
    expect(finding?.message).toContain('it could not be asked for');
  });
});
