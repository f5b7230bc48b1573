/** What is said, and how soon, when Spanner is not there; and what its client leaves behind. */
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../desired-state/open.ts';
import { parseDatabaseName, within } from '../../../desired-state/spanner/client.ts';
import { toStoreError } from '../../../desired-state/spanner/errors.ts';
import { StoreError } from '../../../desired-state/store.ts';
import { NOBODY } from '../../support/nobody.ts';
import { fromClient } from '../../../desired-state/spanner/values.ts';

const DATABASE = 'projects/p/instances/i/databases/d';

const openAt = (emulatorHost: string) => openStore({ kind: 'spanner', database: DATABASE, emulatorHost });

/** A port that takes connections and says nothing. */
async function silent(): Promise<{ address: string; close: () => void }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('a Spanner that is not there', () => {
  it('is named at once when nothing listens', async () => {
    await expect(openAt(NOBODY)).rejects.toThrow(
      new RegExp(`spanner emulator at ${NOBODY}: nothing answers there .*unset SPANNER_EMULATOR_HOST`),
    );
  });

  it('is named within seconds when it takes connections and says nothing', async () => {
    const { address, close } = await silent();
    const store = await openAt(address);
    await expect(store.getTenant('a')).rejects.toThrow(/did not answer within 6 s; check the network/);
    close();
    await store.close();
  });

  it.each(['localhost', 'http://localhost:9010/x', ':9010', 'h:99999'])(
    'is not looked for at %j',
    async (address) => {
      await expect(openAt(address)).rejects.toThrow(/not host:port; write e\.g\./);
    },
  );

  it.each(['', 'd', 'projects/p/instances/i', `${DATABASE}/x`])('cannot be called %j', (name) => {
    expect(() => parseDatabaseName(name)).toThrow(/write projects\/P\/instances\/I\/databases\/D/);
  });
});

describe("Spanner's client", () => {
  it('is told where the emulator is without a word to the rest of the process', async () => {
    const before = process.env['SPANNER_EMULATOR_HOST'];
    const { address, close } = await silent();
    const store = await openAt(address);
    expect(store.description).toBe(`spanner emulator at ${address}`);
    expect(process.env['SPANNER_EMULATOR_HOST']).toBe(before);
    close();
    await store.close();
  });

  it('does not take over Ctrl-C and SIGTERM', async () => {
    const mine = () => undefined;
    process.on('SIGTERM', mine);
    const { address, close } = await silent();
    const store = await openAt(address);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      expect(process.listeners(signal).filter((listener) => listener.toString().includes('cleanup'))).toEqual(
        [],
      );
    }
    expect(process.listeners('SIGTERM')).toContain(mine);
    process.off('SIGTERM', mine);
    close();
    await store.close();
  });
});

describe("Spanner's errors", () => {
  const grpc = (code: number, details: string) =>
    Object.assign(new Error(`${code} X: ${details}`), { code, details });

  it.each([
    [5, 'Table not found: Tenants', false, 'spanner: Table not found: Tenants; run its migrations first'],
    [
      5,
      'Database not found: d',
      false,
      `spanner: Database not found: d; check that ${DATABASE} exists; create it with "gcloud spanner databases create"`,
    ],
    [7, 'no', false, `spanner: no; grant this identity roles/spanner.databaseUser on ${DATABASE}`],
    [14, 'gone\naway.', true, 'spanner: gone away; try again'],
    [3, 'bad', false, 'spanner: bad; the request itself was refused'],
  ])('of code %i say what, where and how to go on', (code, details, retryable, message) => {
    expect(toStoreError(grpc(code, details), 'spanner', DATABASE)).toMatchObject({ message, retryable });
  });

  it("pass through when they are not Spanner's", () => {
    const bug = new TypeError('x');
    expect(toStoreError(bug, 'spanner', DATABASE)).toBe(bug);
    const known = new StoreError('x', { retryable: false });
    expect(toStoreError(known, 'spanner', DATABASE)).toBe(known);
  });
});

describe('values of the client', () => {
  it('keep every digit of an INT64 and no zeros of a TIMESTAMP', () => {
    expect(fromClient('INT64', { value: '9223372036854775807' })).toBe('9223372036854775807');
    expect(fromClient('TIMESTAMP', new Date('2026-01-01T00:00:10Z'))).toBe('2026-01-01T00:00:10Z');
    expect(fromClient('TIMESTAMP', new Date('2026-01-01T00:00:00.120Z'))).toBe('2026-01-01T00:00:00.12Z');
    expect(fromClient('JSON', ['a'])).toBe('["a"]');
    expect(fromClient('BOOL', true)).toBe(true);
    expect(fromClient('STRING', null)).toBeNull();
  });
});

describe('within', () => {
  it('hands on what comes in time, and its failure', async () => {
    expect(await within(1, async () => 3)).toBe(3);
    await expect(within(1, () => Promise.reject(new Error('own')))).rejects.toThrow('own');
  });
});
