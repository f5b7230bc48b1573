/** Notifications as `plumb get` lists them: what waits first, then what has lately been sent or given up. */
import type { Store } from '../../desired-state/store.ts';
import type { Json } from '../model.ts';
import type { Delivery } from '../notify/message.ts';
import { shortTime } from '../report/words.ts';
import { ageOf } from './age.ts';
import { notFound } from './failure.ts';
import type { Listing } from './output.ts';

const STATE_WORDS = { WAITING: 'waiting', SENT: 'sent', GIVEN_UP: 'given up' } as const;

export async function notifications(
  store: Pick<Store, 'listNotifications'>,
  id: string | undefined,
  now: number,
): Promise<Listing<Delivery>> {
  const all = await store.listNotifications({ open: false });
  const sorted = all.toSorted((one, other) => Number(isOver(one)) - Number(isOver(other)));
  const items = id === undefined ? sorted : sorted.filter(({ message }) => message.id === id);
  if (id !== undefined && items.length === 0) throw notFound('notification', id);
  return {
    kind: 'Notification',
    items,
    single: id !== undefined,
    name: ({ message }) => message.id,
    document: (each) => ({ ...each, message: each.message as unknown as Json }),
    columns: [
      { head: 'NAME', cell: ({ message }) => message.id },
      { head: 'STATE', cell: ({ state }) => STATE_WORDS[state] },
      { head: 'TARGET', cell: ({ message }) => message.target },
      { head: 'TITLE', cell: ({ message }) => message.title },
      { head: 'AGE', cell: ({ createdAt }) => ageOf(createdAt, now) },
      { head: 'TRIES', cell: ({ attempts }) => String(attempts) },
      { head: 'ERROR', cell: ({ lastError }) => lastError ?? 'none' },
      { head: 'NEXT', wide: true, cell: (each) => (isOver(each) ? 'never' : shortTime(each.notBefore)) },
      { head: 'RUN', wide: true, cell: ({ message }) => message.run ?? 'none' },
    ],
  };
}

const isOver = ({ state }: Delivery): boolean => state !== 'WAITING';
