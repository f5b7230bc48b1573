/** A viewer sees everything and changes nothing: held over every method there is, so that a new one is held by being listed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintToken } from '../../../local-cloud/core/identity.ts';
import type { Method } from '../../../local-cloud/core/service.ts';
import { onlyLooks } from '../../../local-cloud/core/viewers.ts';
import { SERVICES } from '../../../local-cloud/services.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';

const VIEWER = 'observer@acme-prod.iam.gserviceaccount.com';

let cloud: BareCloud;
let methods: { service: string; method: Method }[];

beforeAll(async () => {
  cloud = await bareCloud(SERVICES, { viewers: [VIEWER] });
  methods = SERVICES.map((create) => create(cloud.cloud))
    .filter(({ name }) => name !== 'control')
    .flatMap((service) => service.methods.map((method) => ({ service: service.name, method })));
  await cloud.call('iam', 'POST', '/v1/projects/acme-prod/serviceAccounts', {
    accountId: 'kept-here',
    serviceAccount: { displayName: 'kept' },
  });
});
afterAll(() => cloud.close());

const pathOf = ({ path }: Method): string => path.replaceAll(/\{[^}]+\}/g, 'kept-here');

const ask = ({ service, method }: (typeof methods)[number]) =>
  fetch(`${cloud.cloud.endpoints[service] ?? ''}${pathOf(method)}`, {
    method: method.http,
    headers: { authorization: `Bearer ${mintToken(VIEWER)}` },
    ...(method.http !== 'GET' && method.http !== 'HEAD' && { body: '{}' }),
  });

const everything = (): string => JSON.stringify([...cloud.cloud.resources.list({})]);

describe('a viewer', () => {
  it('is refused every method that is not a read, with a permission denied, and nothing has changed', async () => {
    const before = everything();
    const changing = methods.filter(({ method }) => !onlyLooks(method));
    expect(changing.length).toBeGreaterThan(50);
    for (const each of changing) {
      const answer = await ask(each);
      expect([each.method.id, answer.status]).toEqual([each.method.id, 403]);
      expect(await answer.json()).toMatchObject({ error: { status: 'PERMISSION_DENIED' } });
    }
    expect(everything()).toBe(before);
  });

  it('is never refused a read for being a viewer', async () => {
    for (const each of methods.filter(({ method }) => onlyLooks(method))) {
      const answer = await ask(each);
      expect(await answer.text(), each.method.id).not.toContain('holds viewer roles only');
    }
  });

  it('counts as reads only what is known to change nothing', () => {
    const posts = methods.filter(({ method }) => method.http === 'POST' && onlyLooks(method));
    expect(posts.map(({ method }) => method.id).sort()).toMatchInlineSnapshot(`
      [
        "cloudresourcemanager.projects.getIamPolicy",
        "cloudresourcemanager.projects.getIamPolicy",
        "cloudresourcemanager.projects.testIamPermissions",
        "cloudresourcemanager.projects.testIamPermissions",
        "compute.globalOperations.wait",
        "compute.regionOperations.wait",
        "compute.zoneOperations.wait",
        "iam.projects.serviceAccounts.getIamPolicy",
        "iam.projects.serviceAccounts.testIamPermissions",
        "logging.entries.list",
      ]
    `);
  });
});
