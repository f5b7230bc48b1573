/** google_compute_router: a Cloud Router; its NATs are a resource type of their own and left alone here. */
import { lastSegment } from '../compare.ts';
import type { Identity } from '../mapping.ts';
import { identityOf, inStore, placed, seconds, type Model } from '../model.ts';
import {
  computeFields,
  computeMethods,
  networkRule,
  projectRule,
  regionRule,
  requireNetwork,
} from './compute.ts';

const path = ({ project = '', region = '', name = '' }: Identity): string =>
  `projects/${project}/regions/${region}/routers/${name}`;

export const computeRouter: Model = {
  service: 'compute',
  methods: computeMethods('routers'),
  title: 'Router',
  storage: inStore({
    name: (identity) => `compute.googleapis.com/${path(identity)}`,
    assetType: 'compute.googleapis.com/Router',
    location: ({ region = '' }) => region,
  }),
  identity: (state) => {
    const identity = identityOf(state, ['project', 'region', 'name']);
    return { ...identity, region: lastSegment(identity['region'] ?? '') };
  },
  path: (identity) => `/compute/v1/${path(identity)}`,
  id: path,
  imports: [
    /^projects\/(?<project>[^/]+)\/regions\/(?<region>[^/]+)\/routers\/(?<name>[^/]+)$/,
    /^(?<project>[^/]+)\/(?<region>[^/]+)\/(?<name>[^/]+)$/,
    /^(?<region>[^/]+)\/(?<name>[^/]+)$/,
    /^(?<name>[^/]+)$/,
  ],
  delays: { create: seconds(10), update: seconds(10), delete: seconds(10) },
  predict: (config, _prior, provider) => placed(config, provider, ['project', 'region']),
  rules: {
    project: projectRule,
    region: regionRule,
    network: networkRule,
  },
  check: (cloud, identity, state) => requireNetwork(cloud, state['network'] ?? null, identity),
  complete: (cloud, identity, body) => ({ ...computeFields(cloud, 'router', path(identity)), ...body }),
};
