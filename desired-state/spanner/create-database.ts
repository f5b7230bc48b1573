/** Makes the instance and database a store needs: in the emulator freely, in Google Cloud only when asked to. */
import { StoreError } from '../store.ts';
import { connect } from './client.ts';
import type { Connection } from './client.ts';
import { CODE, codeOf, toStoreError } from './errors.ts';

/**
 * Makes what is missing; safe to repeat. In a real project it only makes the database, in an instance that exists, and
 * only with `real`: an instance costs money from the minute it exists. Throws StoreError.
 */
export async function createDatabase(
  path: string,
  options: { readonly emulatorHost: string | null; readonly real?: boolean },
): Promise<void> {
  const connection = await connect(path, options.emulatorHost);
  try {
    if (!connection.emulated && options.real !== true) {
      throw new StoreError(
        `${connection.where}: a database in a real project is made only when asked for; create it with ` +
          '"gcloud spanner databases create", or set SPANNER_EMULATOR_HOST to work with the emulator',
        { retryable: false },
      );
    }
    if (connection.emulated) await createInstance(connection);
    await ignoreExisting(async () => {
      const { name } = connection;
      const [, operation] = await connection.spanner.instance(name.instance).createDatabase(name.database);
      await operation.promise();
    });
  } catch (error) {
    throw toStoreError(error, connection.where, path);
  } finally {
    await connection.close();
  }
}

/** `emulator-config` is the only configuration the emulator knows. */
async function createInstance({ spanner, name }: Connection): Promise<void> {
  await ignoreExisting(async () => {
    const [, operation] = await spanner.createInstance(name.instance, {
      config: 'emulator-config',
      nodes: 1,
      displayName: name.instance,
    });
    await operation.promise();
  });
}

async function ignoreExisting(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (codeOf(error) !== CODE.alreadyExists) throw error;
  }
}
