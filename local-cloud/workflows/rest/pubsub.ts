/** Pub/Sub push notifications that Eventarc delivers: what a workflow gets as its argument for one message. */
import { isObject } from '../../core/body.ts';
import { timestamp } from '../../core/clock.ts';
import type { Body } from '../../core/store.ts';
import { invalid } from './fields.ts';

const SUBSCRIPTION = /^projects\/[^/]+\/subscriptions\/[^/]+$/;
/** How Eventarc names the topic of a trigger: `CUSTOM_PUBSUB_projects%2Fp%2Ftopics%2Ft`. */
const TOPIC = /projects\/[^/]+\/topics\/[^/]+$/;

/**
 * The CloudEvent (JSON text) for the body of triggerPubsubExecution: docs page on Pub/Sub triggers, event format
 * `google.cloud.pubsub.topic.v1.messagePublished`. Throws INVALID_ARGUMENT.
 */
export function pubsubArgument(request: Record<string, unknown>, now: number): string {
  const mode = request['GCPCloudEventsMode'];
  const { message, subscription } = request;
  if (typeof mode !== 'string' || mode === '') throw invalid('GCPCloudEventsMode is missing');
  if (typeof subscription !== 'string' || !SUBSCRIPTION.test(subscription)) {
    throw invalid('subscription must be projects/{project}/subscriptions/{sub}');
  }
  if (!isObject(message)) throw invalid('message is missing');
  checkMessage(message);
  const published = message['publishTime'] ?? timestamp(now);
  const topic = TOPIC.exec(decodeURIComponent(mode))?.[0];
  return JSON.stringify({
    data: { message: { ...message, publishTime: published }, subscription },
    datacontenttype: 'application/json',
    id: message['messageId'] ?? '',
    source: `//pubsub.googleapis.com/${topic ?? subscription}`,
    specversion: '1.0',
    time: published,
    type: 'google.cloud.pubsub.topic.v1.messagePublished',
  });
}

function checkMessage(message: Body): void {
  const { data, attributes } = message;
  const hasData = typeof data === 'string' && data !== '';
  const hasAttributes = isObject(attributes) && Object.keys(attributes).length > 0;
  if (!hasData && !hasAttributes) throw invalid('message must have data or at least one attribute');
  if (hasData && Buffer.from(data, 'base64').toString('base64') !== data) {
    throw invalid('message.data must be base64');
  }
}
