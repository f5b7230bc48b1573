/** Fills a new namespace with what every namespace has, and empties a deleted one before it goes. */
import { kindNamed, KINDS } from '../kinds.ts';
import type { Kube } from '../object.ts';
import { create, remove } from '../write.ts';
import {
  asManager,
  CONTROLLER_MANAGER,
  current,
  type Controller,
  type ControllerContext,
} from './controller.ts';

const FILL_MS = 50;
/** The real controller needs seconds: it deletes kind by kind and looks again. */
const EMPTY_MS = 3_000;

export function namespaceController({ cluster, later }: ControllerContext): Controller {
  const namespaces = kindNamed('Namespace');

  const fill = (namespace: Kube) => {
    if (current(cluster, namespaces, namespace)?.metadata.deletionTimestamp !== undefined) return;
    const { name } = namespace.metadata;
    const put = (kind: string, object: Parameters<typeof create>[3] & { metadata: { name: string } }) => {
      if (cluster.store.get(kindNamed(kind), name, object.metadata.name)) return;
      create(cluster, kindNamed(kind), name, object, asManager(CONTROLLER_MANAGER));
    };
    put('ServiceAccount', { metadata: { name: 'default' } });
    put('ConfigMap', { metadata: { name: 'kube-root-ca.crt' }, data: { 'ca.crt': cluster.caCertificate } });
  };

  const empty = (namespace: Kube) => {
    const live = current(cluster, namespaces, namespace);
    if (!live) return;
    const inside = KINDS.filter(({ namespaced }) => namespaced);
    for (const kind of inside) {
      for (const object of cluster.store.list(kind, live.metadata.name)) remove(cluster, kind, object, false);
    }
    const left = inside.some((kind) => cluster.store.list(kind, live.metadata.name).length > 0);
    const held = (live.metadata.finalizers ?? []).length > 0;
    // A Service stays until its load balancer is gone, and the namespace stays with it.
    if (left || held) later(EMPTY_MS, () => empty(live));
    else cluster.store.remove(namespaces, live);
  };

  return {
    onChange({ type, kind, object, previous }) {
      if (kind !== namespaces) return;
      if (type === 'ADDED') later(FILL_MS, () => fill(object));
      const begins = previous?.metadata.deletionTimestamp === undefined;
      if (type === 'MODIFIED' && begins && object.metadata.deletionTimestamp !== undefined) {
        later(EMPTY_MS, () => empty(object));
      }
    },
  };
}
