/**
 * Messages on their way: each subscription of a topic gets its own copy at the time of publishing, leases it to whoever
 * pulls, and gives it again when the acknowledgement does not come in time.
 */
import { randomUUID } from 'node:crypto';
import {
  integerField,
  invalid,
  isObject,
  listField,
  objectField,
  onlyKnown,
  secondsField,
} from '../core/body.ts';
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { perCloud } from '../core/per-cloud.ts';
import type { Call } from '../core/service.ts';
import type { Resource } from '../core/store.ts';
import { subscribersOf } from './topics.ts';

/** cloud.google.com/pubsub/quotas#resource_limits. */
const LIMITS = {
  messages: 1000,
  requestBytes: 10_000_000,
  attributes: 100,
  attributeKeyBytes: 256,
  attributeValueBytes: 1024,
} as const;

/** How long a pull that may wait does so. Assumed: the reference says "a bounded amount of time". */
const LONGEST_WAIT_MS = 10_000;
const POLL_MS = 100;

interface Message {
  readonly data: string | undefined;
  readonly attributes: Readonly<Record<string, string>> | undefined;
  readonly orderingKey: string | undefined;
  readonly messageId: string;
  /** Milliseconds of the cloud's clock. */
  readonly publishedAt: number;
}

/** One subscription's copy. */
interface Delivery {
  readonly message: Message;
  /** Of the last pull that got it; null before the first. */
  ackId: string | null;
  /** Nobody else gets it before (milliseconds). */
  leasedUntil: number;
}

interface Box {
  lastId: number;
  readonly deliveries: Map<string, Delivery[]>;
}

const boxOf = perCloud((): Box => ({ lastId: 0, deliveries: new Map() }));

/** From now on the subscription of this store name gets what is published. */
export function open(cloud: Cloud, subscription: string): void {
  boxOf(cloud).deliveries.set(subscription, []);
}

export function forget(cloud: Cloud, subscription: string): void {
  boxOf(cloud).deliveries.delete(subscription);
}

/** Throws INVALID_ARGUMENT beyond the service's limits; then nothing of the request is published. */
export function publish(cloud: Cloud, topic: Resource, call: Call): object {
  const request = call.json();
  onlyKnown(request, ['messages']);
  const given = listField(request, 'messages');
  if (given.length === 0) throw invalid('The request must contain at least one message.');
  if (given.length > LIMITS.messages || call.body.length > LIMITS.requestBytes) {
    throw invalid(
      `The request holds ${given.length} messages in ${call.body.length} bytes; ${LIMITS.messages} and ${LIMITS.requestBytes} are allowed.`,
    );
  }
  const box = boxOf(cloud);
  const read = given.map(contentOf);
  const messages = read.map((content): Message => {
    box.lastId += 1;
    return { ...content, messageId: String(box.lastId), publishedAt: cloud.clock.now() };
  });
  for (const { name } of subscribersOf(cloud, topic.name)) {
    const deliveries = box.deliveries.get(name);
    deliveries?.push(...messages.map((message) => ({ message, ackId: null, leasedUntil: 0 })));
  }
  return { messageIds: messages.map(({ messageId }) => messageId) };
}

function contentOf(value: unknown): Omit<Message, 'messageId' | 'publishedAt'> {
  if (!isObject(value)) throw invalid("Invalid value at 'messages': want objects.");
  onlyKnown(value, ['data', 'attributes', 'orderingKey', 'messageId', 'publishTime'], 'messages');
  const data = textOf(value['data'], 'data');
  if (data !== undefined && !/^[A-Za-z0-9+/_-]*={0,2}$/.test(data)) {
    throw invalid("Invalid value at 'messages.data': want base64.");
  }
  const attributes = attributesOf(objectField(value, 'attributes'));
  const isEmpty = (data ?? '') === '' && Object.keys(attributes ?? {}).length === 0;
  if (isEmpty) throw invalid('Each message must have non-empty data, or at least one attribute.');
  return { data, attributes, orderingKey: textOf(value['orderingKey'], 'orderingKey') };
}

function attributesOf(given: Record<string, unknown> | undefined): Record<string, string> | undefined {
  if (given === undefined) return undefined;
  const entries = Object.entries(given);
  if (entries.length > LIMITS.attributes) {
    throw invalid(`A message may have ${LIMITS.attributes} attributes; this one has ${entries.length}.`);
  }
  for (const [key, value] of entries) {
    const text = textOf(value, `attributes.${key}`) ?? '';
    if (key === '' || key.startsWith('goog') || Buffer.byteLength(key) > LIMITS.attributeKeyBytes) {
      throw invalid(`Invalid attribute key "${key.slice(0, LIMITS.attributeKeyBytes)}".`);
    }
    if (Buffer.byteLength(text) > LIMITS.attributeValueBytes) {
      throw invalid(`The value of attribute ${key} is longer than ${LIMITS.attributeValueBytes} bytes.`);
    }
  }
  return given as Record<string, string>;
}

function textOf(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(`Invalid value at 'messages.${name}': want a string.`);
  return value;
}

/** Messages nobody holds, oldest first; unless told to return at once it waits a while for the first. */
export async function pull(
  cloud: Cloud,
  subscription: Resource,
  request: Record<string, unknown>,
): Promise<object> {
  onlyKnown(request, ['maxMessages', 'returnImmediately']);
  const most = integerField(request, 'maxMessages') ?? 0;
  if (most < 1) throw invalid(`Invalid value at 'maxMessages': want a number from 1 on.`);
  const until = cloud.clock.now() + (request['returnImmediately'] === true ? 0 : LONGEST_WAIT_MS);
  for (;;) {
    const leased = lease(cloud, subscription, Math.min(most, LIMITS.messages));
    if (leased.length > 0) return { receivedMessages: leased.map(received) };
    if (cloud.clock.now() >= until) return {};
    await cloud.clock.sleep(POLL_MS);
  }
}

function lease(cloud: Cloud, { name, body }: Resource, most: number): Delivery[] {
  const now = cloud.clock.now();
  const keptFor = (secondsField(body, 'messageRetentionDuration') ?? 0) * 1000;
  const { deliveries } = boxOf(cloud);
  const kept = (deliveries.get(name) ?? []).filter(({ message }) => now - message.publishedAt < keptFor);
  deliveries.set(name, kept);
  const free = kept.filter(({ leasedUntil }) => leasedUntil <= now).slice(0, most);
  for (const delivery of free) {
    delivery.ackId = randomUUID();
    delivery.leasedUntil = now + (integerField(body, 'ackDeadlineSeconds') ?? 0) * 1000;
  }
  return free;
}

const received = ({ ackId, message }: Delivery): object => ({
  ackId,
  message: {
    ...(message.data !== undefined && { data: message.data }),
    ...(message.attributes !== undefined && { attributes: message.attributes }),
    ...(message.orderingKey !== undefined && { orderingKey: message.orderingKey }),
    messageId: message.messageId,
    publishTime: timestamp(message.publishedAt),
  },
});

/** Ids of leases that are over are taken and have no effect, as in the service. */
export function acknowledge(cloud: Cloud, { name }: Resource, request: Record<string, unknown>): object {
  onlyKnown(request, ['ackIds']);
  const ids = new Set<unknown>(listField(request, 'ackIds'));
  if (ids.size === 0) throw invalid('The request must contain at least one ack id.');
  const { deliveries } = boxOf(cloud);
  const now = cloud.clock.now();
  const isDone = ({ ackId, leasedUntil }: Delivery) => ackId !== null && leasedUntil > now && ids.has(ackId);
  deliveries.set(
    name,
    (deliveries.get(name) ?? []).filter((each) => !isDone(each)),
  );
  return {};
}
