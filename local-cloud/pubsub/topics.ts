/** Topics: names, and what a topic may say of itself. Schemas, encryption keys and ingestion are kept, not carried out. */
import { invalid, onlyKnown } from '../core/body.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import { pathOf, type Body, type Resource } from '../core/store.ts';

const TOPIC = 'pubsub.googleapis.com/Topic';
export const SUBSCRIPTION = 'pubsub.googleapis.com/Subscription';

/** cloud.google.com/pubsub/docs/pubsub-basics#resource_names. */
const RESOURCE_ID = /^(?!goog)[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}$/;

const TOPIC_FIELDS = [
  ...['name', 'labels', 'messageStoragePolicy', 'kmsKeyName', 'schemaSettings', 'satisfiesPzs', 'state'],
  ...['messageRetentionDuration', 'ingestionDataSourceSettings', 'messageTransforms', 'tags'],
];

const storeName = (project: string, topic: string): string =>
  `pubsub.googleapis.com/projects/${project}/topics/${topic}`;

/** Throws INVALID_ARGUMENT for an id that no topic or subscription may have. */
export function checkId(name: string, id: string): void {
  if (!RESOURCE_ID.test(id)) throw invalid(`Invalid resource name given (name=${name}).`);
}

/** Throws INVALID_ARGUMENT for a bad id or field, ALREADY_EXISTS for a topic that stands. */
export function createTopic(
  cloud: Cloud,
  project: string,
  id: string,
  request: Record<string, unknown>,
): object {
  const name = `projects/${project}/topics/${id}`;
  checkId(name, id);
  onlyKnown(request, TOPIC_FIELDS);
  if (cloud.resources.get(storeName(project, id))) {
    throw new ApiError('ALREADY_EXISTS', `Resource already exists in the project (resource=${id}).`);
  }
  const body: Body = { ...(request as Body), name };
  return cloud.resources.create({
    name: storeName(project, id),
    assetType: TOPIC,
    project,
    location: 'global',
    body,
  }).body;
}

export const topicsOf = (cloud: Cloud, project: string): Resource[] =>
  cloud.resources.list({ assetType: TOPIC, project });

/** Throws NOT_FOUND in the service's words. */
export function requireTopic(cloud: Cloud, project: string, id: string): Resource {
  const found = cloud.resources.get(storeName(project, id));
  if (found) return found;
  throw new ApiError('NOT_FOUND', `Resource not found (resource=${id}).`);
}

/** Subscriptions to the topic of this store name. */
export const subscribersOf = (cloud: Cloud, topic: string): Resource[] =>
  cloud.resources.list({ assetType: SUBSCRIPTION }).filter(({ body }) => body['topic'] === pathOf(topic));
