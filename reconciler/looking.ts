/**
 * What a pass gets that must change nothing: clients that read, a store that reads, and in the place of everything else
 * a refusal. A dry run asks for none of that; should a line of it ever do so, it meets the refusal, not the world.
 */
import type { Store } from '../desired-state/store.ts';
import type { ObservePorts, PassLog, Ports, Workflows } from './ports.ts';

/** Every method of a store that writes. A new method has to be listed here or among those that read. */
const WRITING = {
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
  saveObservations: true,
  touchObservations: true,
  claimNotifications: true,
  reportWritten: true,
  endDelivery: true,
  forgetNotifications: true,
} as const satisfies Partial<Record<keyof Store, true>>;

type Writing = keyof typeof WRITING;

/** A store as far as it reads. */
export type ReadingStore = Omit<Store, Writing>;

const READING: Readonly<Record<keyof ReadingStore, true>> = {
  description: true,
  kind: true,
  getTenant: true,
  tenantsOf: true,
  listTenants: true,
  listRevisions: true,
  recordAt: true,
  textsOf: true,
  textAt: true,
  getLedger: true,
  ledgerOf: true,
  listActive: true,
  listExecutions: true,
  listRequests: true,
  listDirectives: true,
  getRollout: true,
  listRollouts: true,
  surveyTenants: true,
  observationsOf: true,
  clustersOf: true,
  openFindings: true,
  historyOf: true,
  openFindingKeys: true,
  lastLooks: true,
  latestRun: true,
  listRuns: true,
  getRun: true,
  listCensuses: true,
  reportsToWrite: true,
  toldEntries: true,
  listNotifications: true,
  close: true,
};

/** A look can be made of these alone: there is nothing among them that starts or stores anything. */
export interface LookPorts extends ObservePorts {
  readonly store: ReadingStore;
  readonly passes: Omit<PassLog, 'write'>;
}

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
export function onlyLooking({ store, passes, ...ports }: LookPorts): Ports {
  return {
    ...ports,
    passes: {
      read: (shard) => passes.read(shard),
      latest: () => passes.latest(),
      ...(refusing('passes', { write: true }) as unknown as Pick<PassLog, 'write'>),
    },
    workflows: refusing('workflows', WORKFLOWS) as unknown as Workflows,
    archive: refusing('archive', { write: true }) as unknown as Ports['archive'],
    courier: refusing('courier', { send: true }) as unknown as Ports['courier'],
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
      if (typeof name === 'string' && !Object.hasOwn(READING, name)) return refusals[name];
      const found: unknown = Reflect.get(target, name, target);
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  }) as Store;
}
