/** Who did it, and what is there that nobody asked for: over the wire, from a person's call to the report's line. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureCluster } from '../../reconciler/local/control.ts';
import { readInfo } from '../../reconciler/local/info.ts';
import { kubeconfigOf } from '../../reconciler/local/kubeconfig.ts';
import type { Attribution, Finding } from '../../reconciler/model.ts';
import { renderText } from '../../reconciler/report/text.ts';
import { find } from '../support/tools.ts';
import { describeWorld, keysOf, of, PROJECT, startWorld, type World } from './world.ts';

const PERSON = 'night-shift@plumbline-platform.iam.gserviceaccount.com';
const GCLOUD = 'google-cloud-sdk gcloud/528.0.0 command/gcloud.compute.routers.nats.delete invocation-id/1';
const project = `projects/${PROJECT('acme')}`;
const ROUTER = `/compute/v1/${project}/regions/us-central1/routers/acme-router`;
const ZONE = `/compute/v1/${project}/zones/us-central1-a`;
const RULE = 'extra:firewall/open-ssh';
const NAT = 'missing:nat/acme-nat';

describeWorld('a pass that finds something out of place', () => {
  let world: World;

  /** A token of `PERSON`'s own, asked for by nobody else in their name. */
  async function tokenOf(): Promise<string> {
    const path = `/v1/projects/-/serviceAccounts/${PERSON}:generateAccessToken`;
    const response = await fetch(`${world.local.endpoints['iamcredentials'] ?? ''}${path}`, {
      method: 'POST',
      body: JSON.stringify({ scope: ['https://www.googleapis.com/auth/cloud-platform'] }),
    });
    return ((await response.json()) as { accessToken: string }).accessToken;
  }

  /** A call as gcloud makes it for `PERSON`; it has taken effect when this is over. */
  async function act(method: string, path: string, body?: object): Promise<void> {
    const response = await fetch(`${world.local.endpoints['compute'] ?? ''}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await tokenOf()}`,
        'content-type': 'application/json',
        'user-agent': GCLOUD,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(response.status).toBe(200);
    await world.advanceCloud(60_000);
  }

  /** What somebody does who debugs in production. */
  async function setVariable(): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'plumb-kubectl-'));
    try {
      const info = readInfo(world.local.infoFile);
      if (!info) throw new Error('the local cloud left no info file');
      const file = join(folder, 'config');
      writeFileSync(
        file,
        kubeconfigOf(await ensureCluster(info, `${project}/locations/us-central1/clusters/acme`)),
      );
      const target = ['--kubeconfig', file, `--token=${await tokenOf()}`, '-n', 'acme-app'];
      await promisify(execFile)(
        find('kubectl') ?? 'kubectl',
        [...target, 'set', 'env', 'deployment/web', 'DEBUG=1'],
        { env: { HOME: folder } },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  const findingOf = (findings: readonly Finding[], resource: string): Finding | undefined =>
    findings.find((finding) => finding.resource === resource);
  const authorOf = (finding: Finding | undefined): Attribution | null | undefined => finding?.attribution;

  beforeAll(async () => {
    world = await startWorld();
    await world.apply('acme');
    await world.pass();
    await world.settleDown('acme');
  });
  afterAll(() => world.close());

  it('explains everything Google made for the tenant: nodes, rules, routes, load balancer', async () => {
    const { verdict, coverage } = of(await world.pass(), 'acme');
    expect(verdict).toBe('in-sync');
    expect(coverage).toMatchObject({ unexplained: [], more: 0 });
    expect(coverage?.declared).toBeGreaterThan(10);
    expect(coverage?.platform).toBeGreaterThan(20);
  });

  it('names who deleted the NAT, when and with what, and says so in the report', async () => {
    await act('PATCH', ROUTER, { nats: [] });
    const report = await world.pass({ dryRun: true });
    const finding = findingOf(of(report, 'acme').findings, 'nat/acme-nat');
    expect(authorOf(finding)).toEqual({
      found: true,
      who: PERSON,
      when: expect.any(String) as unknown,
      how: 'v1.compute.routers.patch with gcloud compute routers nats delete',
      from: 'audit-log',
      confidence: 'high',
      ownRun: null,
    });
    expect(renderText(report)).toContain(`who: ${PERSON} at 2`);
  });

  it('lets the finding stand when the log cannot be read, and says why nobody is named', async () => {
    const fault = {
      service: 'logging',
      status: 403,
      message: 'Permission denied for logging.logEntries.list',
    };
    const { findings } = of(await world.during(fault, () => world.pass({ dryRun: true })), 'acme');
    expect(authorOf(findingOf(findings, 'nat/acme-nat'))).toMatchObject({
      found: false,
      reason: expect.stringMatching(/audit log of acme-prod-1 could not be read: .*HTTP 403/) as unknown,
    });
  });

  it('finds the machine and the rule nobody declared, and only reports them', async () => {
    const network = `${project}/global/networks/acme-vpc`;
    await act('POST', `${ZONE}/instances`, { name: 'rogue', networkInterfaces: [{ network }] });
    await act('POST', `/compute/v1/${project}/global/firewalls`, {
      name: 'open-ssh',
      network,
      allowed: [{ IPProtocol: 'tcp', ports: ['22'] }],
    });
    const acme = of(await world.pass(), 'acme');
    expect(keysOf(acme)).toEqual([RULE, NAT]);
    expect(
      acme.coverage?.unexplained.map(({ name }) => name.replace(/^.*\/(global|zones\/[^/]+)\//, '')),
    ).toEqual(['firewalls/open-ssh', 'disks/rogue', 'instances/rogue']);
    const rule = findingOf(acme.findings, 'firewall/open-ssh');
    expect(rule?.message).toContain('INGRESS from 0.0.0.0/0 allows tcp:22');
    expect(authorOf(rule)).toMatchObject({ who: PERSON, confidence: 'high' });
    expect(acme.actions.map(({ because }) => because)).toEqual([[NAT]]);
    expect(acme.held).toMatchObject([{ reason: 'report-only', because: [RULE] }]);
  });

  it('keeps the answer: a log that was asked once is not asked again', async () => {
    await world.settleDown('acme');
    const asked = (await world.calls('logging.entries.list')).length;
    const acme = of(await world.pass(), 'acme');
    expect(keysOf(acme)).toEqual([RULE]);
    expect(authorOf(findingOf(acme.findings, 'firewall/open-ssh'))).toMatchObject({ who: PERSON });
    expect((await world.calls('logging.entries.list')).length).toBe(asked);
  });

  it('asks the owning API before it speaks of a rule: a late inventory accuses nobody', async () => {
    await act('DELETE', `/compute/v1/${project}/global/firewalls/open-ssh`);
    await world.lag(120_000);
    const acme = of(await world.pass(), 'acme');
    await world.lag(0);
    expect(acme.verdict).toBe('in-sync');
    expect(acme.coverage?.unexplained.map(({ name }) => name.split('/').at(-1))).toEqual(['rogue', 'rogue']);
  });

  it('names the person behind a change inside the cluster, not only their tool', async () => {
    await setVariable();
    const { findings } = of(await world.pass({ dryRun: true }), 'acme');
    expect(findings.map(({ field }) => field)).toEqual(['containers[web].env[DEBUG]']);
    expect(authorOf(findings[0])).toMatchObject({
      who: PERSON,
      how: 'io.k8s.apps.v1.deployments.patch with kubectl (kubectl-set)',
      from: 'audit-log',
      confidence: 'high',
    });
  });
});
