/** Admin Activity audit logs: who changed what, when and how, whichever door the change came through. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { artifactRegistryService } from '../../../local-cloud/artifactregistry/service.ts';
import { cloudBuildService } from '../../../local-cloud/cloudbuild/service.ts';
import { computeService } from '../../../local-cloud/compute/service.ts';
import { containerService } from '../../../local-cloud/container/service.ts';
import { iamService } from '../../../local-cloud/iam/service.ts';
import { iamCredentialsService } from '../../../local-cloud/iamcredentials/service.ts';
import { mintToken } from '../../../local-cloud/core/identity.ts';
import type { LogEntry } from '../../../local-cloud/logging/entries.ts';
import { loggingService } from '../../../local-cloud/logging/service.ts';
import { storageService } from '../../../local-cloud/storage/service.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';
import { putTenant } from '../../support/tenant-resources.ts';

const PROJECT = 'projects/acme-prod';
const PLACE = `${PROJECT}/locations/us-central1`;
const ROUTER = `${PROJECT}/regions/us-central1/routers/acme-router`;
const ALICE = 'alice@example.com';

/** One change through each service, and what the log says of it. */
const CHANGES: Readonly<
  Record<string, { call: [service: string, http: string, path: string, body?: object]; logged: object }>
> = {
  'a router that loses its NAT': {
    call: ['compute', 'PATCH', `/compute/v1/${ROUTER}`, { nats: [] }],
    logged: {
      resource: { type: 'gce_router', labels: { project_id: 'acme-prod', region: 'us-central1' } },
      protoPayload: {
        serviceName: 'compute.googleapis.com',
        methodName: 'v1.compute.routers.patch',
        resourceName: ROUTER,
        request: { '@type': 'type.googleapis.com/compute.routers.patch', nats: [] },
      },
      operation: { producer: 'compute.googleapis.com', first: true },
    },
  },
  'a node pool with new limits': {
    call: [
      'container',
      'POST',
      `/v1/${PLACE}/clusters/acme/nodePools/gpu:setAutoscaling`,
      { autoscaling: { enabled: true, minNodeCount: 0, maxNodeCount: 8 } },
    ],
    logged: {
      resource: {
        type: 'gke_nodepool',
        labels: { location: 'us-central1', cluster_name: 'acme', nodepool_name: 'gpu' },
      },
      protoPayload: {
        methodName: 'google.container.v1.ClusterManager.SetNodePoolAutoscaling',
        resourceName: `${PLACE}/clusters/acme/nodePools/gpu`,
        request: { autoscaling: { maxNodeCount: 8 } },
      },
    },
  },
  'a new cluster': {
    call: ['container', 'POST', `/v1/${PLACE}/clusters`, { cluster: { name: 'second' } }],
    logged: {
      protoPayload: {
        methodName: 'google.container.v1.ClusterManager.CreateCluster',
        resourceName: `${PLACE}/clusters/second`,
      },
    },
  },
  'an account that is switched off': {
    call: [
      'iam',
      'POST',
      `/v1/${PROJECT}/serviceAccounts/acme-nodes@acme-prod.iam.gserviceaccount.com:disable`,
    ],
    logged: {
      resource: {
        type: 'service_account',
        labels: { email_id: 'acme-nodes@acme-prod.iam.gserviceaccount.com' },
      },
      protoPayload: {
        methodName: 'google.iam.admin.v1.DisableServiceAccount',
        resourceName: expect.stringMatching(/^projects\/-\/serviceAccounts\/\d{21}$/) as unknown,
      },
    },
  },
  'a repository that goes': {
    call: ['artifactregistry', 'DELETE', `/v1/${PLACE}/repositories/acme`],
    logged: {
      resource: {
        type: 'audited_resource',
        labels: { service: 'artifactregistry.googleapis.com' },
      },
      protoPayload: {
        methodName: 'google.devtools.artifactregistry.v1.ArtifactRegistry.DeleteRepository',
        resourceName: `${PLACE}/repositories/acme`,
      },
    },
  },
  'a new repository': {
    call: ['artifactregistry', 'POST', `/v1/${PLACE}/repositories?repositoryId=more`, { format: 'DOCKER' }],
    logged: {
      protoPayload: {
        resourceName: `${PLACE}/repositories/more`,
        request: { repository: { format: 'DOCKER' } },
      },
    },
  },
  'a worker pool that goes': {
    call: ['cloudbuild', 'DELETE', `/v1/${PLACE}/workerPools/acme-pool`],
    logged: {
      protoPayload: {
        methodName: 'google.devtools.cloudbuild.v1.CloudBuild.DeleteWorkerPool',
        resourceName: `${PLACE}/workerPools/acme-pool`,
      },
    },
  },
  'a new bucket': {
    call: ['storage', 'POST', '/storage/v1/b?project=acme-prod', { name: 'acme-things' }],
    logged: {
      resource: { type: 'gcs_bucket', labels: { bucket_name: 'acme-things' } },
      protoPayload: { methodName: 'storage.buckets.create', resourceName: 'projects/_/buckets/acme-things' },
    },
  },
};

describe('Admin Activity audit logs', () => {
  let local: BareCloud;
  const as = (email: string, impersonator?: string) => ({
    authorization: `Bearer ${mintToken(email, impersonator)}`,
    'user-agent': 'a-tool/1',
  });
  const entries = async (filter = ''): Promise<LogEntry[]> => {
    const { body } = await local.call('logging', 'POST', '/v2/entries:list', {
      resourceNames: [PROJECT],
      filter: `log_id("cloudaudit.googleapis.com/activity") ${filter}`,
    });
    return body['entries'] as LogEntry[];
  };

  beforeEach(async () => {
    local = await bareCloud([
      ...[loggingService, computeService, containerService, iamService, iamCredentialsService],
      ...[artifactRegistryService, cloudBuildService, storageService],
    ]);
    putTenant(local.cloud);
  });
  afterEach(() => local.close());

  it.each(Object.entries(CHANGES))(
    'tell of %s',
    async (_what, { call: [service, http, path, body], logged }) => {
      const answer = await local.call(service, http, path, body, as(ALICE));
      expect(answer.status).toBe(200);
      const [entry] = await entries();
      expect(entry).toMatchObject(logged);
      expect(entry).toMatchObject({
        logName: `${PROJECT}/logs/cloudaudit.googleapis.com%2Factivity`,
        severity: 'NOTICE',
        protoPayload: {
          '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
          authenticationInfo: { principalEmail: ALICE, principalSubject: `user:${ALICE}` },
          requestMetadata: { callerSuppliedUserAgent: 'a-tool/1' },
        },
      });
    },
  );

  it('tell of nothing that only reads', async () => {
    await local.call('compute', 'GET', `/compute/v1/${ROUTER}`, undefined, as(ALICE));
    await local.call('iam', 'POST', `/v1/${PROJECT}/serviceAccounts/x:getIamPolicy`, {}, as(ALICE));
    expect(await entries()).toEqual([]);
  });

  it('tell the end of a long operation in an entry of its own, with the same id', async () => {
    await local.call('compute', 'PATCH', `/compute/v1/${ROUTER}`, { nats: [] }, as(ALICE));
    await local.call('artifactregistry', 'DELETE', `/v1/${PLACE}/repositories/acme`, undefined, as(ALICE));
    await local.cloud.clock.advance(60_000);
    for (const name of [ROUTER, `${PLACE}/repositories/acme`]) {
      const [first, last, ...more] = await entries(`protoPayload.resourceName="${name}"`);
      expect(more).toEqual([]);
      expect(last?.operation).toEqual({ ...first?.operation, first: undefined, last: true });
      expect(last?.protoPayload?.['request']).toBeUndefined();
      expect(Date.parse(last?.timestamp ?? '')).toBeGreaterThan(Date.parse(first?.timestamp ?? ''));
    }
  });

  it('tell of a call that was refused, as refused', async () => {
    await local.call('artifactregistry', 'DELETE', `/v1/${PLACE}/repositories/none`, undefined, as(ALICE));
    expect(await entries('severity=ERROR protoPayload.status.code=5')).toHaveLength(1);
  });

  it('tell who stands behind an impersonated account', async () => {
    const account = 'acme-deploy@acme-prod.iam.gserviceaccount.com';
    const { body } = await local.call(
      'iamcredentials',
      'POST',
      `/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
      { scope: ['https://www.googleapis.com/auth/cloud-platform'] },
      as(ALICE),
    );
    const token = { authorization: `Bearer ${String(body['accessToken'])}` };
    await local.call('compute', 'PATCH', `/compute/v1/${ROUTER}`, { nats: [] }, token);
    expect((await entries())[0]?.protoPayload?.['authenticationInfo']).toEqual({
      principalEmail: account,
      principalSubject: `serviceAccount:${account}`,
      serviceAccountDelegationInfo: [
        { principalSubject: `user:${ALICE}`, firstPartyPrincipal: { principalEmail: ALICE } },
      ],
    });
  });
});
