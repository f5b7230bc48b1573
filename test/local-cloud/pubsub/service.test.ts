/** Pub/Sub over HTTP: a message comes until it is acknowledged, to every subscription that stood when it was published. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serve } from '../../../local-cloud/core/server.ts';
import { pubsubService } from '../../../local-cloud/pubsub/service.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';
import { workflowsCloud } from '../workflows/support/cloud.ts';

const PROJECT = '/v1/projects/acme-prod';
const TOPIC = `${PROJECT}/topics/drift`;
const SUBSCRIPTION = `${PROJECT}/subscriptions/team`;

interface Received {
  readonly ackId: string;
  readonly message: Record<string, unknown>;
}

describe('Pub/Sub', () => {
  let local: BareCloud;
  const call = (http: string, path: string, body?: unknown) => local.call('pubsub', http, path, body);
  const publish = (...messages: unknown[]) => call('POST', `${TOPIC}:publish`, { messages });
  const pull = async (maxMessages = 10): Promise<Received[]> => {
    const { body } = await call('POST', `${SUBSCRIPTION}:pull`, { maxMessages, returnImmediately: true });
    return (body['receivedMessages'] ?? []) as Received[];
  };
  const acknowledge = (received: readonly Received[]) =>
    call('POST', `${SUBSCRIPTION}:acknowledge`, { ackIds: received.map(({ ackId }) => ackId) });

  beforeEach(async () => {
    local = await bareCloud([pubsubService]);
    await call('PUT', TOPIC, {});
    await call('PUT', SUBSCRIPTION, { topic: 'projects/acme-prod/topics/drift' });
  });
  afterEach(() => local.close());

  it('gives back what was published, oldest first, with the id the publisher was told', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100 }), async (bytes) => {
        const data = Buffer.from(bytes).toString('base64');
        const { body } = await publish({ data, attributes: { id: 'a1' } }, { attributes: { id: 'a2' } });
        const received = await pull();
        expect(received.map(({ message }) => message['messageId'])).toEqual(body['messageIds']);
        expect(received[0]?.message).toMatchObject({ data, attributes: { id: 'a1' } });
        expect(received[1]?.message['data']).toBeUndefined();
        await acknowledge(received);
      }),
      { numRuns: 20 },
    );
  });

  it('holds a message back while somebody has it, and gives it again when no acknowledgement comes', async () => {
    await publish({ data: 'YQ==' });
    const first = await pull();
    expect(first).toHaveLength(1);
    expect(await pull()).toEqual([]);
    await local.cloud.clock.advance(10_000);
    const second = await pull();
    expect(second[0]?.message['messageId']).toBe(first[0]?.message['messageId']);
    // The lease of the first is over: its acknowledgement is taken, and does nothing.
    expect((await acknowledge(first)).status).toBe(200);
    await acknowledge(second);
    await local.cloud.clock.advance(10_000);
    expect(await pull()).toEqual([]);
  });

  it('gives a message to each subscription, and none from before there was one', async () => {
    await publish({ data: 'YQ==' });
    await call('PUT', `${PROJECT}/subscriptions/late`, { topic: 'projects/acme-prod/topics/drift' });
    const late = await call('POST', `${PROJECT}/subscriptions/late:pull`, {
      maxMessages: 1,
      returnImmediately: true,
    });
    expect(late.body).toEqual({});
    expect((await call('GET', `${TOPIC}/subscriptions`)).body).toEqual({
      subscriptions: ['projects/acme-prod/subscriptions/late', 'projects/acme-prod/subscriptions/team'],
    });
  });

  it('forgets what nobody fetched within the retention', async () => {
    await publish({ data: 'YQ==' });
    await local.cloud.clock.advance(604_800_000);
    expect(await pull()).toEqual([]);
  });

  it('waits for a message when it is not told to return at once', async () => {
    const waiting = call('POST', `${SUBSCRIPTION}:pull`, { maxMessages: 1 });
    await publish({ data: 'YQ==' });
    local.cloud.clock.setSpeed(1000);
    expect((await waiting).body['receivedMessages']).toHaveLength(1);
  });

  it('lets subscriptions outlive their topic', async () => {
    await publish({ data: 'YQ==' });
    await call('DELETE', TOPIC);
    expect((await publish({ data: 'YQ==' })).status).toBe(404);
    expect((await call('GET', SUBSCRIPTION)).body).toMatchObject({ topic: '_deleted-topic_' });
    expect(await pull()).toHaveLength(1);
  });

  it('lists topics in pages', async () => {
    await call('PUT', `${PROJECT}/topics/other`, { labels: { team: 'a' } });
    const first = (await call('GET', `${PROJECT}/topics?pageSize=1`)).body;
    expect(first['topics']).toEqual([{ name: 'projects/acme-prod/topics/drift' }]);
    const second = await call(
      'GET',
      `${PROJECT}/topics?pageSize=1&pageToken=${String(first['nextPageToken'])}`,
    );
    expect(second.body['topics']).toEqual([
      { name: 'projects/acme-prod/topics/other', labels: { team: 'a' } },
    ]);
  });

  it.each([
    ['PUT', TOPIC, {}, 409],
    ['PUT', `${PROJECT}/topics/google`, {}, 400],
    ['PUT', `${PROJECT}/topics/ab`, {}, 400],
    ['PUT', `${PROJECT}/topics/other`, { lables: {} }, 400],
    ['PUT', SUBSCRIPTION, { topic: 'projects/acme-prod/topics/drift' }, 409],
    ['PUT', `${PROJECT}/subscriptions/other`, { topic: 'projects/acme-prod/topics/none' }, 404],
    ['PUT', `${PROJECT}/subscriptions/other`, { topic: 'drift' }, 400],
    [
      'PUT',
      `${PROJECT}/subscriptions/other`,
      { topic: 'projects/acme-prod/topics/drift', ackDeadlineSeconds: 9 },
      400,
    ],
    [
      'PUT',
      `${PROJECT}/subscriptions/other`,
      { topic: 'projects/acme-prod/topics/drift', pushConfig: { pushEndpoint: 'https://a.example' } },
      501,
    ],
    ['POST', `${TOPIC}:publish`, { messages: [] }, 400],
    ['POST', `${TOPIC}:publish`, { messages: [{}] }, 400],
    ['POST', `${TOPIC}:publish`, { messages: [{ data: '%%' }] }, 400],
    ['POST', `${TOPIC}:publish`, { messages: [{ attributes: { a: 'x'.repeat(1025) } }] }, 400],
    ['POST', `${TOPIC}:publish`, { messages: [{ attributes: { googx: 'x' } }] }, 400],
    ['POST', `${SUBSCRIPTION}:pull`, {}, 400],
    ['POST', `${PROJECT}/subscriptions/none:pull`, { maxMessages: 1 }, 404],
    ['POST', `${SUBSCRIPTION}:acknowledge`, { ackIds: [] }, 400],
    ['DELETE', `${PROJECT}/topics/none`, undefined, 404],
    ['PATCH', TOPIC, {}, 501],
  ])('refuses %s %s', async (http, path, body, status) => {
    expect((await call(http, path, body)).status).toBe(status);
  });
});

it('is published to by a workflow through its connector', async () => {
  const w = await workflowsCloud();
  const pubsub = await serve(w.cloud, pubsubService(w.cloud), 0);
  w.cloud.endpoints['pubsub'] = pubsub.url;
  const ask = async (method: string, path: string, body: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`${pubsub.url}${path}`, { method, headers, body: JSON.stringify(body) })).json();
  };
  try {
    await ask('PUT', TOPIC, {});
    await ask('PUT', SUBSCRIPTION, { topic: 'projects/acme-prod/topics/drift' });
    const deployed = await w.deploy(
      'tell',
      `
main:
  steps:
    - tell:
        call: googleapis.pubsub.v1.projects.topics.publish
        args:
          topic: projects/acme-prod/topics/drift
          body:
            messages:
              - {data: '\${base64.encode(text.encode("hello"))}', attributes: {kind: test}}
        result: told
    - answer:
        return: '\${told.messageIds[0]}'
`,
    );
    expect(deployed['error']).toBeUndefined();
    const { state, result } = await w.run('tell');
    expect(state).toBe('SUCCEEDED');
    expect(await ask('POST', `${SUBSCRIPTION}:pull`, { maxMessages: 5 })).toMatchObject({
      receivedMessages: [
        {
          message: {
            messageId: JSON.parse(String(result)) as string,
            data: Buffer.from('hello').toString('base64'),
            attributes: { kind: 'test' },
          },
        },
      ],
    });
  } finally {
    await pubsub.close();
    await w.close();
  }
});
