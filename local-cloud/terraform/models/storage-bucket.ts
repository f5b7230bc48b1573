/** google_storage_bucket: a bucket; its objects belong to the storage service. */
import { timestamp } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import { objectStore } from '../../storage/object-store.ts';
import { labelRules, predictLabels } from '../labels.ts';
import { isBody, type Identity } from '../mapping.ts';
import { identityOf, inStore, placed, seconds, type Model } from '../model.ts';
import { text } from '../values.ts';

const storeName = ({ name = '' }: Identity): string => `storage.googleapis.com/${name}`;

export const storageBucket: Model = {
  service: 'storage',
  methods: {
    get: 'storage.buckets.get',
    create: 'storage.buckets.insert',
    update: 'storage.buckets.patch',
    delete: 'storage.buckets.delete',
  },
  storage: inStore({
    name: storeName,
    assetType: 'storage.googleapis.com/Bucket',
    location: ({ location = '' }) => location.toLowerCase(),
  }),
  identity: (state) => ({
    ...identityOf(state, ['name']),
    project: text(state['project']),
    location: text(state['location']),
  }),
  path: ({ name = '' }) => `/storage/v1/b/${name}`,
  id: ({ name = '' }) => name,
  imports: [/^(?<project>[^/]+)\/(?<name>[^/]+)$/, /^(?<name>[^/]+)$/],
  delays: { create: seconds(1), update: seconds(1), delete: seconds(1) },
  predict: (config, prior, provider) => ({
    ...placed(config, provider, ['project']),
    ...predictLabels(config, prior, provider),
  }),
  rules: {
    ...labelRules(),
    project: {
      write: () => undefined,
      read: (_json, _have, { project = '' }) => (project === '' ? null : project),
    },
    force_destroy: { local: true },
    // The API answers in capitals.
    location: { write: (value) => text(value).toUpperCase() },
    // One rule per block in Terraform, a list below `rule` in the API.
    lifecycle_rule: { to: 'lifecycle.rule' },
    public_access_prevention: { to: 'iamConfiguration.publicAccessPrevention' },
    uniform_bucket_level_access: { to: 'iamConfiguration.uniformBucketLevelAccess.enabled' },
    requester_pays: { to: 'billing.requesterPays' },
    'retention_policy.retention_period': { int64: true },
    'soft_delete_policy.retention_duration_seconds': { int64: true },
    url: { read: (_json, _have, { name = '' }) => `gs://${name}` },
  },
  complete: (cloud, { name = '' }, body) => {
    const now = timestamp(cloud.clock.now());
    const iam = isBody(body['iamConfiguration']) ? body['iamConfiguration'] : {};
    return {
      kind: 'storage#bucket',
      storageClass: 'STANDARD',
      rpo: 'DEFAULT',
      softDeletePolicy: { retentionDurationSeconds: '604800', effectiveTime: now },
      ...body,
      id: name,
      name,
      selfLink: `https://www.googleapis.com/storage/v1/b/${name}`,
      timeCreated: now,
      updated: now,
      iamConfiguration: {
        publicAccessPrevention: 'inherited',
        uniformBucketLevelAccess: { enabled: false },
        ...iam,
      },
    };
  },
  checkDelete: (cloud, { name = '' }, state) => {
    if (state['force_destroy'] === true || objectStore(cloud).list(name).length === 0) return;
    throw new ApiError('ABORTED', 'The bucket you tried to delete is not empty.', { reason: 'conflict' });
  },
};
