/** How one stored resource looks as an asset of a list, and as a result of a search. */
import { invalid, isObject } from '../core/body.ts';
import { ApiError } from '../core/errors.ts';
import { POLICY } from '../core/iam-policy.ts';
import { FOLDER, ORGANIZATION, projectNumber } from '../core/projects.ts';
import type { Body, Json, Resource } from '../core/store.ts';
import { discoveryOf, parentOf } from './asset-types.ts';
import type { Searchable } from './search-query.ts';

const CONTENT_TYPES = [
  ...[
    'CONTENT_TYPE_UNSPECIFIED',
    'RESOURCE',
    'IAM_POLICY',
    '',
    'ORG_POLICY',
    'ACCESS_POLICY',
    'OS_INVENTORY',
  ],
  'RELATIONSHIP',
] as const;
const SERVED = ['CONTENT_TYPE_UNSPECIFIED', 'RESOURCE', 'IAM_POLICY'] as const;
export type ContentType = (typeof SERVED)[number];

/** The content type by name or number. Throws INVALID_ARGUMENT for none of them, UNIMPLEMENTED for one not served. */
export function readContentType(text: string | null): ContentType {
  if (text === null || text === '') return 'CONTENT_TYPE_UNSPECIFIED';
  const name = /^\d+$/.test(text) ? CONTENT_TYPES[Number(text)] : CONTENT_TYPES.find((type) => type === text);
  if (!name) throw invalid(`Invalid value at 'content_type': "${text}".`);
  const served = SERVED.find((type) => type === name);
  if (!served) throw new ApiError('UNIMPLEMENTED', `contentType ${name} is not part of the local cloud.`);
  return served;
}

export interface Asset {
  readonly name: string;
  readonly assetType: string;
  readonly resource?: object;
  readonly iamPolicy?: Body;
  readonly ancestors: string[];
  /** RFC 3339. */
  readonly updateTime: string;
}

/** The asset; what it carries besides its name depends on the content asked for. */
export function assetOf(resource: Resource, content: ContentType): Asset {
  const about = {
    name: `//${resource.name}`,
    assetType: resource.assetType,
    ancestors: [`projects/${projectNumber(resource.project)}`, FOLDER, ORGANIZATION],
    updateTime: resource.updateTime,
  };
  if (resource.assetType === POLICY) return { ...about, ...policyOwner(resource), iamPolicy: resource.body };
  if (content !== 'RESOURCE') return about;
  return {
    ...about,
    resource: {
      ...discoveryOf(resource.assetType),
      parent: parentOf(resource),
      data: resource.body,
      location: resource.location,
    },
  };
}

/** Kinds that have a policy of their own here, by the service in the owner's name. */
const POLICY_OWNERS: Readonly<Record<string, string>> = {
  'artifactregistry.googleapis.com': 'Repository',
  'cloudresourcemanager.googleapis.com': 'Project',
  'iam.googleapis.com': 'ServiceAccount',
};

/** A policy is listed as an asset of the resource it guards. */
function policyOwner(policy: Resource): { name: string; assetType: string } {
  const name = policy.name.replace(/\/iamPolicy$/, '');
  const service = name.slice(0, name.indexOf('/'));
  return { name: `//${name}`, assetType: `${service}/${POLICY_OWNERS[service] ?? 'Resource'}` };
}

export interface SearchResult extends Searchable {
  readonly parentFullResourceName: string;
  readonly folders: string[];
  readonly organization: string;
  /** RFC 3339. */
  readonly createTime: string;
  readonly updateTime: string;
}

export function resultOf(resource: Resource): SearchResult {
  const { body } = resource;
  return {
    name: `//${resource.name}`,
    assetType: resource.assetType,
    project: `projects/${projectNumber(resource.project)}`,
    folders: [FOLDER],
    organization: ORGANIZATION,
    displayName:
      text(body['displayName']) ||
      text(body['name']) ||
      resource.name.slice(resource.name.lastIndexOf('/') + 1),
    location: resource.location,
    labels: labelsOf(body),
    state: text(body['state']) || text(body['status']),
    parentFullResourceName: parentOf(resource),
    createTime: resource.createTime,
    updateTime: resource.updateTime,
  };
}

function labelsOf(body: Body): Record<string, string> {
  const labels = body['labels'] ?? body['resourceLabels'];
  return isObject(labels)
    ? Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, text(value)]))
    : {};
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
