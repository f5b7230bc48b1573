/** Pub/Sub v1: topics, pull subscriptions, and messages that come again until somebody acknowledges them. */
import { pageOf } from '../core/paging.ts';
import { projectId } from '../core/projects.ts';
import type { Cloud } from '../core/cloud.ts';
import type { Call, Method, Service, Source } from '../core/service.ts';
import type { Resource } from '../core/store.ts';
import { acknowledge, publish, pull } from './messages.ts';
import * as subscriptions from './subscriptions.ts';
import * as topics from './topics.ts';

/** The reference gives no bound of a page; 1,000 is what its list methods answer at most. */
const LARGEST_PAGE = 1000;

const REFERENCE: Source = {
  kind: 'documented',
  from: 'pubsub v1 REST reference; paths as gcloud 528 calls them',
};
const TOPICS = '/v1/projects/{project}/topics';
const SUBSCRIPTIONS = '/v1/projects/{project}/subscriptions';

export function pubsubService(cloud: Cloud): Service {
  const method = (id: string, http: Method['http'], path: string, handler: Method['handler']): Method => ({
    id: `pubsub.projects.${id}`,
    http,
    path,
    source: REFERENCE,
    handler,
  });
  const topic = (call: Call) => topics.requireTopic(cloud, projectOf(cloud, call), call.param('topic'));
  const subscription = (call: Call) =>
    subscriptions.requireSubscription(cloud, projectOf(cloud, call), call.param('subscription'));
  return {
    name: 'pubsub',
    title: 'Pub/Sub',
    host: 'pubsub.googleapis.com',
    methods: [
      method('topics.create', 'PUT', `${TOPICS}/{topic}`, (call) =>
        topics.createTopic(cloud, projectOf(cloud, call), call.param('topic'), call.json()),
      ),
      method('topics.list', 'GET', TOPICS, (call) => {
        const found = topics.topicsOf(cloud, projectOf(cloud, call));
        return paged(call, 'topics', found, (each) => each.body);
      }),
      method('topics.get', 'GET', `${TOPICS}/{topic}`, (call) => topic(call).body),
      method('topics.delete', 'DELETE', `${TOPICS}/{topic}`, (call) => {
        const { name } = topic(call);
        subscriptions.orphan(cloud, name);
        cloud.resources.delete(name);
        return {};
      }),
      method('topics.publish', 'POST', `${TOPICS}/{topic}:publish`, (call) =>
        publish(cloud, topic(call), call),
      ),
      method('topics.subscriptions.list', 'GET', `${TOPICS}/{topic}/subscriptions`, (call) =>
        paged(call, 'subscriptions', topics.subscribersOf(cloud, topic(call).name), nameIn),
      ),
      method('subscriptions.create', 'PUT', `${SUBSCRIPTIONS}/{subscription}`, (call) =>
        subscriptions.createSubscription(
          cloud,
          projectOf(cloud, call),
          call.param('subscription'),
          call.json(),
        ),
      ),
      method(
        'subscriptions.get',
        'GET',
        `${SUBSCRIPTIONS}/{subscription}`,
        (call) => subscription(call).body,
      ),
      method('subscriptions.delete', 'DELETE', `${SUBSCRIPTIONS}/{subscription}`, (call) => {
        subscriptions.removeSubscription(cloud, subscription(call));
        return {};
      }),
      method('subscriptions.pull', 'POST', `${SUBSCRIPTIONS}/{subscription}:pull`, (call) =>
        pull(cloud, subscription(call), call.json()),
      ),
      method('subscriptions.acknowledge', 'POST', `${SUBSCRIPTIONS}/{subscription}:acknowledge`, (call) =>
        acknowledge(cloud, subscription(call), call.json()),
      ),
    ],
  };
}

const projectOf = (cloud: Cloud, call: Call): string => projectId(cloud, call.param('project'));

const nameIn = ({ body }: Resource): unknown => body['name'];

function paged(call: Call, field: string, found: Resource[], shown: (resource: Resource) => unknown): object {
  const ask = { size: call.query.get('pageSize'), token: call.query.get('pageToken') };
  const { items, ...more } = pageOf(found, ask, {
    standard: LARGEST_PAGE,
    max: LARGEST_PAGE,
    key: ({ name }) => name,
  });
  return { [field]: items.map(shown), ...more };
}
