/**
 * What a pass gets that must change nothing: clients that read, a store that reads, and in the place of everything else
 * a refusal. A dry run asks for none of that; should a line of it ever do so, it meets the refusal, not the world.
 */
import type { Store } from '../desired-state/store.ts';
import type { ObservePorts, Ports, Workflows } from './ports.ts';

/** Every method of a store that writes. */
type Writing =
  | 'migrate'
  | 'applyTenant'
  | 'openIntent'
  | 'recordLaunch'
  | 'closeExecution'
  | 'recordRequest'
  | 'issueDirective'
  | 'endDirective'
  | 'useDirective'
  | 'createRollout'
  | 'saveRollout'
  | 'saveRun';

/** A store as far as it reads. */
export type ReadingStore = Omit<Store, Writing>;

/** A look can be made of these alone: there is nothing among them that starts or stores anything. */
export interface LookPorts extends ObservePorts {
  readonly store: ReadingStore;
}

const WRITING: Readonly<Record<Writing, true>> = {
  migrate: true,
  applyTenant: true,
  openIntent: true,
  recordLaunch: true,
  closeExecution: true,
  recordRequest: true,
  issueDirective: true,
  endDirective: true,
  useDirective: true,
  createRollout: true,
  saveRollout: true,
  saveRun: true,
};

const WORKFLOWS: Record<keyof Workflows, true> = {
  ensure: true,
  execute: true,
  find: true,
  get: true,
  list: true,
  standing: true,
  lastUse: true,
  condemn: true,
  remove: true,
};

/** Ports for `reconcile` with `dryRun`: everything that could change something throws. */
export function onlyLooking({ store, ...ports }: LookPorts): Ports {
  return {
    ...ports,
    workflows: refusing('workflows', WORKFLOWS) as unknown as Workflows,
    store: readingStore(store),
  };
}

type Refusals = Readonly<Record<string, () => never>>;

function refusing(what: string, methods: Readonly<Record<string, true>>): Refusals {
  const refusal = (method: string) => (): never => {
    throw new Error(`a pass that only looks asked for ${what}.${method}: this is a mistake in Plumbline`);
  };
  return Object.fromEntries(Object.keys(methods).map((method) => [method, refusal(method)]));
}

/** The store itself behind its reading methods; its writing ones are out of reach. */
function readingStore(store: ReadingStore): Store {
  const refusals = refusing('store', WRITING);
  return new Proxy(store, {
    get: (target, name) => {
      if (typeof name === 'string' && Object.hasOwn(refusals, name)) return refusals[name];
      const found: unknown = Reflect.get(target, name, target);
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  }) as Store;
}
