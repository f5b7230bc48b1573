/** Resource Manager over HTTP: projects by id and number in both versions, and policies. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resourceManagerService } from '../../../local-cloud/cloudresourcemanager/service.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';
import { putTenant } from '../../support/tenant-resources.ts';

describe('Resource Manager', () => {
  let local: BareCloud;
  const call = (http: string, path: string, body?: unknown) =>
    local.call('cloudresourcemanager', http, path, body);

  beforeEach(async () => {
    local = await bareCloud([resourceManagerService]);
    putTenant(local.cloud);
  });
  afterEach(() => local.close());

  it('finds a project by id and by number, in both versions', async () => {
    const old = await call('GET', '/v1/projects/acme-prod');
    expect(old.body).toMatchObject({
      projectId: 'acme-prod',
      lifecycleState: 'ACTIVE',
      parent: { type: 'folder', id: '1000' },
    });
    const byNumber = await call('GET', `/v3/projects/${String(old.body['projectNumber'])}`);
    expect(byNumber.body).toMatchObject({ projectId: 'acme-prod', parent: 'folders/1000', state: 'ACTIVE' });
  });

  it.each(['1234', 'Bad_Name'])('says 403 for project %s, which cannot be', async (id) => {
    expect((await call('GET', `/v1/projects/${id}`)).status).toBe(403);
  });

  it('lists the projects something is in, and the platform', async () => {
    const { body } = await call('GET', '/v1/projects');
    expect(body['projects']).toMatchObject([{ projectId: 'acme-prod' }, { projectId: 'plumbline-platform' }]);
    expect((await call('GET', '/v3/projects:search')).body['projects']).toHaveLength(2);
  });

  it('keeps one policy per project, whichever version asks', async () => {
    const bindings = [{ role: 'roles/viewer', members: ['group:team@example.com'] }];
    await call('POST', '/v1/projects/acme-prod:setIamPolicy', { policy: { bindings } });
    expect((await call('POST', '/v3/projects/acme-prod:getIamPolicy', {})).body).toMatchObject({ bindings });
    const permissions = ['resourcemanager.projects.get'];
    expect((await call('POST', '/v1/projects/acme-prod:testIamPermissions', { permissions })).body).toEqual({
      permissions,
    });
  });
});
