/** Deploying into the tenant's cluster, from its private pool, and taking the deployment away again. */
import type { Platform } from '../../reconciler/model.ts';
import { expr, type Step } from '../tree.ts';
import { runBuild } from './build.ts';

/** Expects `endpoint` and `digest`; leaves `deploy.output.{url, address, kubeconfigRef, image}`. */
export const deploy = (platform: Platform): readonly Step[] =>
  runBuild(
    platform,
    {
      tag: 'deploy',
      what: 'the deployment',
      program: 'deploy',
      action: 'apply',
      where: 'pool',
      input: {
        endpoint: expr('endpoint'),
        namespace: expr('args.namespace'),
        manifests: expr('args.deploy.manifests'),
        deployment: expr('args.deploy.deployment'),
        container: expr('args.deploy.container'),
        service: expr('args.deploy.service'),
        port: expr('args.deploy.port'),
        image: expr('args.image.reference + "@" + digest'),
        kubeconfigRef: expr('args.deploy.kubeconfigRef'),
        timeoutSeconds: expr('args.deploy.timeoutSeconds'),
      },
      // Rollout and load balancer may each take the step's own time-out; its message says more than Cloud Build's.
      timeout: expr('string(args.deploy.timeoutSeconds * 2 + 600) + "s"'),
    },
    'deploy',
  );

/** Deletes the namespace, so that the load balancer it made is gone before Terraform takes the network. */
export const removeDeployment = (platform: Platform): readonly Step[] =>
  runBuild(
    platform,
    {
      tag: 'remove',
      what: 'the removal of the deployment',
      program: 'deploy',
      action: 'remove',
      where: 'pool',
      input: {
        endpoint: expr('args.deploy.endpoint'),
        namespace: expr('args.namespace'),
        timeoutSeconds: expr('args.deploy.timeoutSeconds'),
      },
      timeout: expr('string(args.deploy.timeoutSeconds + 600) + "s"'),
    },
    'removal',
  );
