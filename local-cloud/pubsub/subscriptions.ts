/** Pull subscriptions and their settings. Push, filters and dead-letter topics are refused: nothing here would obey them. */
import { integerField, invalid, onlyKnown, secondsField, stringField } from '../core/body.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import type { Body, Resource } from '../core/store.ts';
import { forget, open } from './messages.ts';
import { SUBSCRIPTION, checkId, requireTopic, subscribersOf } from './topics.ts';

/** What a subscription names once its topic is gone. Source: REST reference, Subscription.topic. */
const DELETED_TOPIC = '_deleted-topic_';

/** Seconds. Source: REST reference, Subscription.ackDeadlineSeconds. */
const ACK_DEADLINE = { standard: 10, least: 10, most: 600 } as const;

const SUBSCRIPTION_FIELDS = [
  ...['name', 'topic', 'ackDeadlineSeconds', 'retainAckedMessages', 'messageRetentionDuration', 'labels'],
  ...['enableMessageOrdering', 'expirationPolicy', 'detached', 'enableExactlyOnceDelivery', 'state', 'tags'],
  'pushConfig',
];

const storeName = (project: string, id: string): string =>
  `pubsub.googleapis.com/projects/${project}/subscriptions/${id}`;

/** Throws INVALID_ARGUMENT for a bad id, field or deadline, NOT_FOUND for an unknown topic, ALREADY_EXISTS. */
export function createSubscription(
  cloud: Cloud,
  project: string,
  id: string,
  request: Record<string, unknown>,
): object {
  const name = `projects/${project}/subscriptions/${id}`;
  checkId(name, id);
  onlyKnown(request, SUBSCRIPTION_FIELDS);
  refusePush(request['pushConfig']);
  const topic = stringField(request, 'topic') ?? '';
  const named = /^projects\/([^/]+)\/topics\/([^/]+)$/.exec(topic);
  if (named === null) throw invalid(`Invalid resource name given (name=${topic}).`);
  requireTopic(cloud, named[1] ?? '', named[2] ?? '');
  if (cloud.resources.get(storeName(project, id))) {
    throw new ApiError('ALREADY_EXISTS', `Resource already exists in the project (resource=${id}).`);
  }
  const body: Body = {
    pushConfig: {},
    messageRetentionDuration: '604800s',
    expirationPolicy: { ttl: '2678400s' },
    state: 'ACTIVE',
    ...(request as Body),
    name,
    topic,
    ackDeadlineSeconds: ackDeadline(request),
  };
  secondsField(body, 'messageRetentionDuration');
  const made = cloud.resources.create({
    name: storeName(project, id),
    assetType: SUBSCRIPTION,
    project,
    location: 'global',
    body,
  });
  open(cloud, made.name);
  return made.body;
}

function ackDeadline(request: Record<string, unknown>): number {
  const asked = integerField(request, 'ackDeadlineSeconds') ?? 0;
  const { standard, least, most } = ACK_DEADLINE;
  if (asked === 0) return standard;
  if (asked < least || asked > most) {
    throw invalid(`Invalid ack deadline given (ack_deadline_seconds=${asked}): give ${least} to ${most}.`);
  }
  return asked;
}

function refusePush(config: unknown): void {
  if (config === undefined || config === null || Object.keys(config).length === 0) return;
  throw new ApiError('UNIMPLEMENTED', 'The local cloud has pull subscriptions only.');
}

/** Throws NOT_FOUND in the service's words. */
export function requireSubscription(cloud: Cloud, project: string, id: string): Resource {
  const found = cloud.resources.get(storeName(project, id));
  if (found) return found;
  throw new ApiError('NOT_FOUND', `Resource not found (resource=${id}).`);
}

/** A topic's subscriptions outlive it and keep what they hold. */
export function orphan(cloud: Cloud, topic: string): void {
  for (const { name } of subscribersOf(cloud, topic)) {
    cloud.resources.update(name, (body) => ({ ...body, topic: DELETED_TOPIC }));
  }
}

export function removeSubscription(cloud: Cloud, { name }: Resource): void {
  forget(cloud, name);
  cloud.resources.delete(name);
}
