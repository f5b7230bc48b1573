/** How messages look on the wire: what Slack takes, what the published schema says, what Pub/Sub gives to subscribers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { pubsubService } from '../../../local-cloud/pubsub/service.ts';
import { courierOf } from '../../../reconciler/clouds/courier.ts';
import {
  NOTIFICATION_FORMAT,
  type Notification,
  type NotifyTarget,
} from '../../../reconciler/notify/message.ts';
import { recordedNotificationSchema } from '../../../reconciler/notify/schema.ts';
import { slackMessage } from '../../../reconciler/notify/slack.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';
import { impatientClock, restAt } from '../../support/clients.ts';
import { hostileText } from '../report/hostile.ts';

const FILE = join(import.meta.dirname, '../../..', recordedNotificationSchema.path);
const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync(FILE, 'utf8')) as object);

const notification = (more: Partial<Notification> = {}): Notification => ({
  format: NOTIFICATION_FORMAT,
  id: 'abc',
  target: 'team',
  occasion: 'new',
  title: 'New: nat/{tenant}-nat is missing on 2 tenants',
  run: 'run-1',
  at: '2026-03-01T10:00:00Z',
  tenants: { count: 2, names: ['acme', 'bolt'] },
  about: {
    kind: 'finding',
    finding: {
      class: 'missing',
      plane: 'gcp',
      kind: 'nat',
      resource: 'nat/{tenant}-nat',
      field: null,
      want: 'present',
      have: null,
      from: 'spec.network.nat',
      risk: 'in-place',
      message: 'a 404 of the owning API',
      since: '2026-03-01T09:00:00Z',
      contested: null,
      by: 'ann@example.com',
    },
    before: null,
  },
  ...more,
});

const SUBJECTS: readonly Notification['about'][] = [
  notification().about,
  { kind: 'breaker', tripped: ['too much'], cause: null },
  { kind: 'rest', titles: ['one'], more: 3 },
  { kind: 'test' },
  {
    kind: 'directive',
    directive: { id: 'a', kind: 'pause', actor: 'ann', reason: 'b', expiredAt: '2026-03-01T09:00:00Z' },
  },
];

describe('the published schema of a notification', () => {
  it('stands in the repository as it is generated; `npm run fix` renews it', () => {
    expect(readFileSync(FILE, 'utf8')).toBe(recordedNotificationSchema.text());
  });

  it('holds of a message about anything, and of nothing beside', () => {
    for (const about of SUBJECTS) expect(validate(notification({ about }))).toBe(true);
    expect(validate({ ...notification(), more: 1 })).toBe(false);
    expect(validate({ ...notification(), format: 'plumbline.dev/notification/v2' })).toBe(false);
  });
});

describe('a message to Slack', () => {
  it('says what, where, who and since when', () => {
    expect(slackMessage(notification())).toEqual({
      text: 'New: nat/{tenant}-nat is missing on 2 tenants',
      blocks: [
        {
          type: 'header',
          text: { type: 'plain_text', text: 'New: nat/{tenant}-nat is missing on 2 tenants', emoji: false },
        },
        {
          type: 'section',
          text: {
            type: 'mrkdwn',
            verbatim: true,
            text: [
              '"present" → none (spec.network.nat)',
              'a 404 of the owning API',
              'by ann@example.com',
              'since 2026-03-01 09:00:00Z',
              'tenants: acme, bolt',
            ].join('\n'),
          },
        },
        {
          type: 'context',
          elements: [
            {
              type: 'mrkdwn',
              verbatim: true,
              text: 'plumbline 2026-03-01T10:00:00Z · run run-1 · message abc',
            },
          ],
        },
      ],
    });
  });

  it('calls nobody and fits its limits, whatever the world is called', () => {
    const text = fc.oneof(
      hostileText,
      fc.constant('<!channel> & <@U1>'),
      fc.string({ minLength: 3000, maxLength: 5000 }),
    );
    fc.assert(
      fc.property(text, (hostile) => {
        const about: Notification['about'] = { kind: 'rest', titles: [hostile, hostile], more: 0 };
        const message = slackMessage(notification({ title: hostile, about }));
        const marked = [message.text, message.blocks[1]?.text?.text ?? ''];
        for (const part of marked) {
          expect(part).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/);
          expect(part.length).toBeLessThanOrEqual(4000);
        }
        expect(marked[1]?.length).toBeLessThanOrEqual(3000);
        expect(message.blocks[0]?.text?.text.length).toBeLessThanOrEqual(150);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a message to Pub/Sub', () => {
  let local: BareCloud;
  afterEach(() => local.close());

  const target = (topic: string): NotifyTarget => ({
    name: 'team',
    on: ['new'],
    classes: ['missing'],
    labels: null,
    address: { type: 'pubsub', topic },
  });

  it('is the same JSON, with what one may filter by beside it; a topic that is not there says so', async () => {
    local = await bareCloud([pubsubService]);
    const project = '/v1/projects/acme-prod';
    await local.call('pubsub', 'PUT', `${project}/topics/drift`, {});
    await local.call('pubsub', 'PUT', `${project}/subscriptions/team`, {
      topic: 'projects/acme-prod/topics/drift',
    });
    const clock = impatientClock();
    const courier = courierOf({ clock, rest: () => restAt(local.cloud.endpoints['pubsub'] ?? '', clock) });
    const sent = await courier.send(target('projects/acme-prod/topics/drift'), notification(), 1000);
    expect(sent).toEqual({ sent: true });
    const { body } = await local.call('pubsub', 'POST', `${project}/subscriptions/team:pull`, {
      maxMessages: 5,
    });
    const [received] = body['receivedMessages'] as { message: { data: string; attributes: object } }[];
    expect(JSON.parse(Buffer.from(received?.message.data ?? '', 'base64').toString())).toEqual(
      notification(),
    );
    expect(received?.message.attributes).toEqual({
      id: 'abc',
      format: NOTIFICATION_FORMAT,
      occasion: 'new',
      about: 'finding',
      target: 'team',
      run: 'run-1',
    });
    expect(await courier.send(target('projects/acme-prod/topics/none'), notification(), 1000)).toMatchObject({
      sent: false,
      reason: expect.stringContaining('Resource not found (resource=none)') as string,
    });
  });
});
