/** What every store must do, whatever keeps its tables: run by embedded.test.ts and spanner.test.ts. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Store } from '../../desired-state/store.ts';
import { contextOf } from './context.ts';
import { executionsContract } from './executions.ts';
import { hostileContract } from './hostile.ts';
import { notificationsContract } from './notifications.ts';
import { ordersContract } from './orders.ts';
import { recordsContract } from './records.ts';
import { runsContract } from './runs.ts';

/** Opens a store on an empty database; the suite migrates and closes it. */
export type OpenEmpty = () => Promise<Store>;

export function storeContract(open: OpenEmpty): void {
  let store: Store;
  const context = contextOf(() => store);

  beforeAll(async () => {
    store = await open();
    await store.migrate();
  });

  afterAll(async () => {
    await store.close();
  });

  it('migrates once, however often it is asked', async () => {
    await context.applied('kept');
    await Promise.all([store.migrate(), store.migrate()]);
    expect(await store.getTenant('kept')).toMatchObject({ generation: 1 });
  });

  recordsContract(context);
  executionsContract(context);
  runsContract(context);
  ordersContract(context);
  notificationsContract(context.store);
  hostileContract(context);
}
