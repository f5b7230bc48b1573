/** What is asked of an audit log about a finding: which resources' writes, since when, in the log's own query language. */
import { CLUSTER_KINDS } from './resources/index.ts';
import type { Finding, Want } from './model.ts';

/** What the log calls the resource of a finding, and what that stands in. */
export interface Question {
  readonly finding: Finding;
  /** `protoPayload.resourceName`s that mean the resource itself. */
  readonly names: readonly string[];
  /** Those of what takes the resource with it when it goes. */
  readonly parents: readonly string[];
  /** A service account's email: IAM logs accounts by number, and the email as a label. */
  readonly email: string | null;
  /** The resource is an item of this list in its host's body, under this name. */
  readonly part: { readonly list: string; readonly name: string } | null;
}

/**
 * How long the log is kept: Admin Activity is in the bucket `_Required`, for 400 days and for everybody. (Data Access,
 * in `_Default`, is kept 30 days; no write that is asked about here is logged there.)
 * Source: cloud.google.com/logging/quotas, "Logs retention periods".
 */
export const ACTIVITY_RETENTION_DAYS = 400;

/** "The length of a query can't exceed 20,000 characters": cloud.google.com/logging/docs/view/logging-query-language. */
export const LONGEST_QUERY = 20_000;

/** Resources that are part of another one's body: where they stand in it. */
const PARTS: Readonly<Record<string, string>> = { nat: 'nats', 'service-peering': 'peerings' };

/** Google's name for the peering of private services, and what its API calls the connection behind it. */
const PEERING = 'servicenetworking-googleapis-com';
const CONNECTION = `services/servicenetworking.googleapis.com/connections/${PEERING}`;

/** `want` names the resource: the finding's own, or what stands for one that nobody wants. */
export function questionOf(finding: Finding, want: Pick<Want, 'name' | 'kind'>): Question {
  const base = { finding, parents: [], email: null, part: null };
  if (finding.plane === 'cluster') return { ...base, ...clusterNames(want) };
  const path = want.name.slice(want.name.indexOf('/') + 1);
  const list = PARTS[want.kind];
  const id = finding.resource.slice(finding.resource.indexOf('/') + 1);
  const account = /\/serviceAccounts\/([^/]+@[^/]+)$/.exec(path)?.[1];
  return {
    ...base,
    names: spellings(path),
    parents: spellings(parentOf(path)),
    email: account ?? null,
    part: list === undefined ? null : { list, name: want.kind === 'service-peering' ? PEERING : id },
    ...(want.kind === 'service-peering' && { names: [...spellings(path), CONNECTION] }),
  };
}

/** Calls through the older zonal paths of Kubernetes Engine are logged under these, regional clusters included. */
const spellings = (path: string): string[] =>
  path === '' ? [] : path.includes('/clusters/') ? [path, path.replace('/locations/', '/zones/')] : [path];

/** A node pool goes with its cluster; nothing else of ours goes with anything. */
const parentOf = (path: string): string => /^(.*\/clusters\/[^/]+)\/nodePools\/[^/]+$/.exec(path)?.[1] ?? '';

/** `apps/v1/namespaces/NS/deployments/NAME`; it goes with its namespace, or with all of its kind there. */
function clusterNames({ name, kind }: Pick<Want, 'name' | 'kind'>): Pick<Question, 'names' | 'parents'> {
  const known = CLUSTER_KINDS.find((candidate) => candidate.kind === kind);
  if (!known) return { names: [], parents: [] };
  const { group, version, plural } = known.resource;
  const base = `${group || 'core'}/${version}`;
  if (!known.namespaced) return { names: [`${base}/${plural}/${name}`], parents: [] };
  const [namespace = '', object = ''] = name.split('/');
  const collection = `${base}/namespaces/${namespace}/${plural}`;
  return {
    names: [`${collection}/${object}`],
    parents: [collection, `core/v1/namespaces/${namespace}`],
  };
}

/**
 * One query over everything that is asked about, or several when one would be too long. Each covers whole questions,
 * so that what answers one of them is in one answer.
 */
export function queriesOf(
  project: string,
  questions: readonly Question[],
  since: Date,
): { readonly filter: string; readonly questions: readonly Question[] }[] {
  const queries: { filter: string; questions: Question[] }[] = [];
  let batch: Question[] = [];
  for (const question of questions) {
    const longer = filterOf(project, [...batch, question], since);
    if (longer.length > LONGEST_QUERY && batch.length > 0) {
      queries.push({ filter: filterOf(project, batch, since), questions: batch });
      batch = [question];
    } else {
      batch.push(question);
    }
  }
  return batch.length === 0
    ? queries
    : [...queries, { filter: filterOf(project, batch, since), questions: batch }];
}

function filterOf(project: string, questions: readonly Question[], since: Date): string {
  const names = new Set(questions.flatMap((question) => [...question.names, ...question.parents]));
  const emails = new Set(questions.flatMap(({ email }) => (email === null ? [] : [email])));
  const about = [
    ...(names.size === 0 ? [] : [`protoPayload.resourceName=(${oneOf(names)})`]),
    ...(emails.size === 0 ? [] : [`resource.labels.email_id=(${oneOf(emails)})`]),
  ];
  return [
    `logName="projects/${project}/logs/cloudaudit.googleapis.com%2Factivity"`,
    `timestamp>="${since.toISOString()}"`,
    `(${about.join(' OR ')})`,
  ].join('\n');
}

const oneOf = (texts: ReadonlySet<string>): string => [...texts].map(quoted).join(' OR ');

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
