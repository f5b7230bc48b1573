/** Starts the controllers of one cluster and the namespaces every cluster has. */
import type { Cluster } from '../cluster.ts';
import { kindNamed } from '../kinds.ts';
import { create } from '../write.ts';
import { AutoscalerController } from './autoscaler.ts';
import { bookkeepingController } from './bookkeeping.ts';
import { asManager, type Controller, type ControllerContext } from './controller.ts';
import { DeploymentController } from './deployment.ts';
import { LoadBalancerController } from './load-balancer.ts';
import { namespaceController } from './namespace.ts';
import { PodController } from './pods.ts';

const CONTROLLERS: readonly ((context: ControllerContext) => Controller)[] = [
  namespaceController,
  (context) => new DeploymentController(context),
  (context) => new LoadBalancerController(context),
  (context) => new AutoscalerController(context),
  (context) => new PodController(context),
  bookkeepingController,
];

const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Returns how to stop them and what to give back: addresses, timers. */
export function startControllers(cluster: Cluster): () => void {
  const pending = new Set<() => void>();
  const context: ControllerContext = {
    cluster,
    later(ms, work) {
      const cancel = cluster.cloud.clock.after(ms, () => {
        pending.delete(cancel);
        try {
          work();
        } catch (error) {
          const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
          cluster.cloud.log('error', `kubernetes ${cluster.name}: controller: ${text}`);
        }
      });
      pending.add(cancel);
    },
  };
  const controllers = CONTROLLERS.map((controller) => controller(context));
  const unsubscribe = controllers.map(({ onChange }) => cluster.store.subscribe(onChange));
  for (const name of SYSTEM_NAMESPACES) {
    create(cluster, kindNamed('Namespace'), undefined, { metadata: { name } }, asManager('kube-apiserver'));
  }
  return () => {
    for (const end of [...unsubscribe, ...pending]) end();
    for (const controller of controllers) controller.stop?.();
  };
}
