/** Rollouts: one row each, which several passes and people may move on at once. */
import type { Rollout, RolloutState } from '../../reconciler/fleet-model.ts';
import type { Json } from '../../reconciler/model.ts';
import type { TableModel } from '../ddl.ts';
import type { StoredRollout } from '../store.ts';
import { prefix } from './engine.ts';
import type { Engine } from './engine.ts';
import { integer, json, text } from './fields.ts';
import { COMMIT_TIME, inTransaction } from './rows.ts';
import type { Row, RowReader } from './rows.ts';

const OPEN: readonly RolloutState[] = ['running', 'paused', 'halted', 'aborting'];

/** False when the name was used before, by whatever became of that rollout. Repeating the same call is no second use. */
export async function createRollout(engine: Engine, model: TableModel, rollout: Rollout): Promise<boolean> {
  const { value } = await inTransaction(engine, model, async (tx) => {
    const row = await tx.get('Rollouts', [rollout.name]);
    if (row !== undefined) {
      const { createdAt, author } = toRollout(row).rollout;
      return createdAt === rollout.createdAt && author === rollout.author;
    }
    tx.write('insert', 'Rollouts', { ...columnsOf(rollout), version: 1, updated_at: COMMIT_TIME });
    return true;
  });
  return value;
}

/** False, and nothing is written, when the version has moved on. */
export async function saveRollout(
  engine: Engine,
  model: TableModel,
  rollout: Rollout,
  version: number,
): Promise<boolean> {
  const { value } = await inTransaction(engine, model, async (tx) => {
    const row = await tx.get('Rollouts', [rollout.name]);
    if (row === undefined || integer(row, 'version') !== version) return false;
    tx.write('update', 'Rollouts', {
      ...columnsOf(rollout),
      version: version + 1,
      updated_at: COMMIT_TIME,
    });
    return true;
  });
  return value;
}

export async function getRollout(rows: RowReader, name: string): Promise<StoredRollout | undefined> {
  const row = await rows.get('Rollouts', [name]);
  return row && toRollout(row);
}

/** In name order; `open`: those that are not over. */
export async function listRollouts(
  rows: RowReader,
  { open }: { readonly open: boolean },
): Promise<StoredRollout[]> {
  if (!open) return (await rows.scan('Rollouts', { all: true })).map(toRollout);
  const keys = await rows.scan(
    'Rollouts',
    { ranges: OPEN.map((state) => prefix([state])) },
    { index: 'RolloutsByState' },
  );
  if (keys.length === 0) return [];
  const found = await rows.scan('Rollouts', { keys: keys.map((row) => [text(row, 'name')]) });
  // Between the two reads one may have ended.
  return found.map(toRollout).filter(({ rollout }) => OPEN.includes(rollout.state));
}

const columnsOf = (rollout: Rollout) => ({
  name: rollout.name,
  state: rollout.state,
  rollout: rollout as unknown as Json,
});

const toRollout = (row: Row): StoredRollout => ({
  // Written by the two functions above from the same type.
  rollout: json(row, 'rollout') as unknown as Rollout,
  version: integer(row, 'version'),
  updatedAt: text(row, 'updated_at'),
});
