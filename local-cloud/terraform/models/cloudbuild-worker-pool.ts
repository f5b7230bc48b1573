/** google_cloudbuild_worker_pool: a private pool whose builds run inside a VPC. */
import { timestamp } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import { numericId, type Body } from '../../core/store.ts';
import { isBody, type Identity } from '../mapping.ts';
import { identityOf, inStore, placed, seconds, type Model } from '../model.ts';
import { only, text } from '../values.ts';
import { networkPath, projectRule } from './compute.ts';
import { GOOGLE_SERVICES, hasPeering, peeringName, WORKER_POOL } from './private-services.ts';

const path = ({ project = '', location = '', name = '' }: Identity): string =>
  `projects/${project}/locations/${location}/workerPools/${name}`;
const storeName = (identity: Identity): string => `cloudbuild.googleapis.com/${path(identity)}`;

const METHODS = 'cloudbuild.projects.locations.workerPools';

/** cloud.google.com/build/docs/private-pools: what a worker gets that nobody described. */
const DEFAULT_WORKER = { machineType: 'e2-medium', diskSizeGb: '100' };

export const cloudbuildWorkerPool: Model = {
  service: 'cloudbuild',
  methods: {
    get: `${METHODS}.get`,
    create: `${METHODS}.create`,
    update: `${METHODS}.patch`,
    delete: `${METHODS}.delete`,
  },
  title: 'WorkerPool',
  storage: inStore({
    name: storeName,
    assetType: WORKER_POOL,
    location: ({ location = '' }) => location,
  }),
  identity: (state) => identityOf(state, ['project', 'location', 'name']),
  path: (identity) => `/v1/${path(identity)}`,
  id: path,
  imports: [
    /^projects\/(?<project>[^/]+)\/locations\/(?<location>[^/]+)\/workerPools\/(?<name>[^/]+)$/,
    /^(?<project>[^/]+)\/(?<location>[^/]+)\/(?<name>[^/]+)$/,
    /^(?<location>[^/]+)\/(?<name>[^/]+)$/,
  ],
  delays: { create: seconds(60), update: seconds(30), delete: seconds(30) },
  predict: (config, _prior, provider) => ({
    ...placed(config, provider, ['project']),
    effective_annotations: config['annotations'] ?? {},
  }),
  rules: {
    project: projectRule,
    location: { write: () => undefined, read: (_json, _have, { location = '' }) => location },
    name: { write: (_value, identity) => path(identity), read: (_json, _have, { name = '' }) => name },
    effective_annotations: { to: 'annotations', read: (json) => (isBody(json) ? json : {}) },
    network_config: { to: 'privatePoolV1Config.networkConfig' },
    private_service_connect: { to: 'privatePoolV1Config.privateServiceConnect' },
    worker_config: { to: 'privatePoolV1Config.workerConfig' },
    'worker_config.disk_size_gb': { int64: true },
  },
  check: (cloud, { project = '' }, state) => {
    const peered = text(only(state['network_config'])?.['peered_network']);
    if (peered === '') return;
    const network = cloud.resources.get(`compute.googleapis.com/${networkPath(peered, project)}`);
    if (!network) throw new ApiError('NOT_FOUND', `network "${peered}" was not found`);
    // cloud.google.com/build/docs/private-pools/set-up-private-pool-to-use-in-vpc-network asks for the connection
    // first. That the API refuses is documented, its words are assumed.
    if (!hasPeering(network.body, peeringName(GOOGLE_SERVICES))) {
      throw new ApiError(
        'FAILED_PRECONDITION',
        `network "${peered}" has no private connection to ${GOOGLE_SERVICES}; create one before the worker pool`,
      );
    }
  },
  // A word about the network in the API, a switch of the worker in Terraform.
  view: (body) => {
    const { config, worker, network } = partsOf(body);
    const noExternalIp = network['egressOption'] === 'NO_PUBLIC_EGRESS';
    return { ...body, privatePoolV1Config: { ...config, workerConfig: { ...worker, noExternalIp } } };
  },
  seal: (body) => {
    const { config, worker, network } = partsOf(body);
    const { noExternalIp, ...workerConfig } = worker;
    const egressOption = noExternalIp === true ? 'NO_PUBLIC_EGRESS' : 'PUBLIC_EGRESS';
    return {
      ...body,
      privatePoolV1Config: { ...config, workerConfig, networkConfig: { ...network, egressOption } },
    };
  },
  complete: (cloud, identity, body) => {
    const now = timestamp(cloud.clock.now());
    const { config, worker } = partsOf(body);
    return {
      ...body,
      uid: numericId(path(identity), 20),
      createTime: now,
      updateTime: now,
      state: 'CREATING',
      privatePoolV1Config: { ...config, workerConfig: { ...DEFAULT_WORKER, ...worker } },
    };
  },
  ready: (cloud, identity) =>
    void cloud.resources.update(storeName(identity), (body) => ({ ...body, state: 'RUNNING' })),
  deleting: (cloud, identity) =>
    void cloud.resources.update(storeName(identity), (body) => ({ ...body, state: 'DELETING' })),
};

function partsOf(body: Body): { config: Body; worker: Body; network: Body } {
  const config = objectIn(body, 'privatePoolV1Config');
  return { config, worker: objectIn(config, 'workerConfig'), network: objectIn(config, 'networkConfig') };
}

function objectIn(body: Body, name: string): Body {
  const inner = body[name];
  return isBody(inner) ? inner : {};
}
