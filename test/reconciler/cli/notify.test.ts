/** Whom passes tell, as the settings name them and as people try it out. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../desired-state/open.ts';
import { loadSettings } from '../../../reconciler/settings.ts';
import { messageOf } from '../../contract/notifications.ts';
import { httpServer, type TestServer } from '../../support/http.ts';
import { IN_SYNC } from '../report/sample.ts';
import { command, inFolder } from './run.ts';

const ENV = {
  PLUMBLINE_STORE: 'embedded',
  PLUMBLINE_PROJECT: 'p',
  PLUMBLINE_REGION: 'r',
  PLUMBLINE_SCOPE: 'folders/7',
  PLUMBLINE_DATABASE: 'projects/p/instances/i/databases/d',
  PLUMBLINE_STATE_BUCKET: 'b',
  PLUMBLINE_STEPS_IMAGE: 'i',
  PLUMBLINE_WORKFLOW_IDENTITY: 'w@p',
  PLUMBLINE_TERRAFORM_IDENTITY: 't@p',
};

let server: TestServer;
beforeEach(async () => {
  server = await httpServer((request, response) => {
    if (request.url === '/gone') response.writeHead(404).end('no_service');
    else response.end('ok');
  });
});
afterEach(() => server.close());

const settings = (text: string, use: (cwd: string) => Promise<void>): Promise<void> =>
  inFolder(async (cwd) => {
    writeFileSync(join(cwd, 'plumbline.yaml'), text);
    await use(cwd);
  });

const TWO = () => `notify:
  - { name: chat, type: slack, urlFrom: { env: CHAT_URL } }
  - { name: hook, type: webhook, url: '${server.url}/hook' }
`;

describe('plumb notify --test', () => {
  it('sends one sample to each target and says what came back, without an address', () =>
    settings(TWO(), async (cwd) => {
      const all = await command(['notify', '--test'], {
        cwd,
        env: { ...ENV, CHAT_URL: `${server.url}/gone` },
      });
      expect(all.code).toBe(1);
      expect(all.stdout).toMatch(/chat +slack +it answered 404 \(no_service\)\nhook +webhook +arrived\n$/);
      const one = await command(['notify', '--test', 'hook'], { cwd, env: ENV });
      expect([one.code, one.stdout]).toEqual([0, expect.stringMatching(/hook +webhook +arrived/) as string]);
      expect([...server.requests].sort()).toEqual(['POST /gone', 'POST /hook', 'POST /hook']);
    }));

  it('says which variable is missing, which target is not there, and when nobody is to be told', () =>
    settings(TWO(), async (cwd) => {
      const unset = await command(['notify', '--test', 'chat'], { cwd, env: ENV });
      expect([unset.code, unset.stdout]).toEqual([1, expect.stringContaining('CHAT_URL') as string]);
      const unknown = await command(['notify', '--test', 'chta'], { cwd, env: ENV });
      expect([unknown.code, unknown.stderr]).toEqual([
        2,
        'error: there is no notify target "chta"; plumbline.yaml names chat, hook\n',
      ]);
      writeFileSync(join(cwd, 'plumbline.yaml'), '{}');
      expect(await command(['notify', '--test'], { cwd, env: ENV })).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('names no target') as string,
      });
    }));
});

describe('what waits to be told', () => {
  it('is listed, is sent by `plumb notify`, and is listed as sent', () =>
    settings(TWO(), async (cwd) => {
      const store = await openStore({ kind: 'embedded', file: join(cwd, '.plumbline', 'plumbline.db') });
      await store.migrate();
      const messages = [messageOf('one', { target: 'hook' }), messageOf('two', { target: 'chat' })];
      await store.saveRun({
        report: { ...IN_SYNC, run: { ...IN_SYNC.run, startedAt: new Date().toISOString() } },
        opened: [],
        resolved: [],
        tellings: [{ messages, told: [], forgotten: [] }],
      });
      await store.close();
      const stateOf = async () => {
        const { stdout } = await command(['get', 'notifications', '-o', 'json'], { cwd, env: ENV });
        const { items } = JSON.parse(stdout) as { items: { message: { id: string }; state: string }[] };
        return items.map(({ message, state }) => `${message.id} ${state}`);
      };
      expect((await stateOf()).sort()).toEqual(['one WAITING', 'two WAITING']);
      const sent = await command(['notify'], { cwd, env: ENV });
      expect(sent).toMatchObject({
        code: 1,
        stdout: '1 notification sent, 1 waiting\n',
        stderr: '1 notification to chat wait: the variable CHAT_URL, which holds its address, is not set\n',
      });
      expect(await stateOf()).toEqual(['two WAITING', 'one SENT']);
      const { stdout } = await command(['get', 'notifications', 'two'], { cwd, env: ENV });
      expect(stdout).toMatch(/two\s+waiting\s+chat\s+missing: nat\/acme-nat .* 1 .*CHAT_URL/);
    }));
});

describe('the settings of targets', () => {
  const load = (cwd: string, env: Record<string, string> = {}) =>
    loadSettings({ cwd, env: { ...ENV, ...env }, flags: {} });

  it('have defaults, and take an address from a variable', () =>
    settings(TWO(), async (cwd) => {
      expect(load(cwd, { CHAT_URL: 'https://hooks.example/x' }).notify[0]).toEqual({
        name: 'chat',
        on: ['new', 'worse', 'resolved', 'expired'],
        classes: ['missing', 'changed', 'extra', 'unhealthy', 'unreadable', 'exception'],
        labels: null,
        address: { type: 'slack', url: 'https://hooks.example/x', variable: 'CHAT_URL' },
      });
      expect(() => load(cwd, { CHAT_URL: 'http://hooks.example/s3cret' })).toThrow(
        'CHAT_URL, the address of the notify target chat: use an https:// address',
      );
    }));

  it.each([
    ['{ name: a, type: slack }', /type slack needs either url or urlFrom/],
    ["{ name: a, type: slack, url: 'https://a.example', urlFrom: { env: B } }", /either url or urlFrom/],
    ["{ name: a, type: webhook, url: 'http://a.example' }", /use an https:\/\/ address/],
    [
      "{ name: a, type: webhook, url: 'https://a.example', topic: projects/p/topics/t }",
      /a url and no topic/,
    ],
    ['{ name: a, type: pubsub }', /needs a topic/],
    ['{ name: a, type: pubsub, topic: t }', /use projects\/PROJECT\/topics\/TOPIC/],
    ["{ name: A b, type: slack, url: 'https://a.example' }", /small letters/],
    ["{ name: a, type: slack, url: 'https://a.example', on: [always] }", /"new"\|"worse"/],
    ["{ name: a, type: slack, url: 'https://a.example', lables: {} }", /lables/],
  ])('%s is refused with the reason', (target, reason) =>
    settings(`notify:\n  - ${target}\n`, async (cwd) => {
      expect(() => load(cwd)).toThrow(reason);
    }),
  );

  it('may name each target once', () =>
    settings(
      `notify:\n${"  - { name: a, type: slack, url: 'https://a.example' }\n".repeat(2)}`,
      async (cwd) => {
        expect(() => load(cwd)).toThrow(/two targets are called a/);
      },
    ));

  it('are shown without an address', () =>
    settings("notify:\n  - { name: a, type: slack, url: 'https://a.example/s3cret' }\n", async (cwd) => {
      const { stdout } = await command(['config', 'view'], { cwd, env: ENV });
      expect(stdout).toMatch(/notify\s+a \(slack\)\s+plumbline.yaml/);
      expect(stdout).not.toContain('s3cret');
    }));
});
