/** Cloud Logging v2: write entries, list them by a filter. */
import { invalid, isObject, listField, objectField, onlyKnown, stringField } from '../core/body.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import { pageOf } from '../core/paging.ts';
import { consumerProject, PLATFORM_PROJECT } from '../core/projects.ts';
import { MinuteQuota } from '../core/quota.ts';
import type { Call, Service, Source } from '../core/service.ts';
import type { Body } from '../core/store.ts';
import { logEntries, SEVERITIES, type LogEntry, type NewLogEntry } from './entries.ts';
import { parseLogFilter } from './filter.ts';

/** cloud.google.com/logging/quotas: entries.list per project and minute. */
export const LISTS_PER_MINUTE = 60;
const PAGE = { standard: 50, max: 1_000 };
const LOG_NAME = /^(projects|folders|organizations|billingAccounts)\/[^/]+\/logs\/[^/]+$/;
const ENTRY_FIELDS = [
  ...[
    'logName',
    'resource',
    'timestamp',
    'receiveTimestamp',
    'severity',
    'insertId',
    'labels',
    'textPayload',
  ],
  ...[
    'jsonPayload',
    'httpRequest',
    'operation',
    'trace',
    'spanId',
    'traceSampled',
    'sourceLocation',
    'split',
  ],
] as const;

const REFERENCE: Source = { kind: 'documented', from: 'logging v2 REST reference, entries' };

export function loggingService(cloud: Cloud): Service {
  const quota = new MinuteQuota(cloud.clock, LISTS_PER_MINUTE);
  return {
    name: 'logging',
    title: 'Cloud Logging',
    host: 'logging.googleapis.com',
    methods: [
      {
        id: 'logging.entries.write',
        http: 'POST',
        path: '/v2/entries:write',
        source: REFERENCE,
        handler: (call) => write(cloud, call),
      },
      {
        id: 'logging.entries.list',
        http: 'POST',
        path: '/v2/entries:list',
        source: REFERENCE,
        handler: (call) => {
          const consumer = consumerProject(call, PLATFORM_PROJECT);
          if (!quota.take(consumer)) {
            const limit = `'Read requests per minute' (${LISTS_PER_MINUTE}) of service 'logging.googleapis.com'`;
            throw new ApiError(
              'RESOURCE_EXHAUSTED',
              `Quota exceeded for limit ${limit} for 'projects/${consumer}'.`,
            );
          }
          return list(cloud, call);
        },
      },
    ],
  };
}

function write(cloud: Cloud, call: Call): object {
  const request = call.json();
  onlyKnown(request, ['logName', 'resource', 'labels', 'entries', 'partialSuccess', 'dryRun']);
  const entries = listField(request, 'entries').map((entry) => {
    if (!isObject(entry)) throw invalid("Invalid value at 'entries': want a list of objects.");
    return checkedEntry(request, entry);
  });
  if (request['dryRun'] !== true) for (const entry of entries) logEntries(cloud).append(entry);
  return {};
}

/** The entry with what the request says for all of them. */
function checkedEntry(request: Record<string, unknown>, entry: Body): NewLogEntry {
  onlyKnown(entry, ENTRY_FIELDS, 'entries');
  const logName = stringField(entry, 'logName') ?? stringField(request, 'logName') ?? '';
  if (!LOG_NAME.test(logName)) throw invalid(`Log name "${logName}" must match ${LOG_NAME.source}.`);
  const resource = objectField(entry, 'resource') ?? objectField(request, 'resource');
  if (!resource || typeof resource['type'] !== 'string') throw invalid('resource.type must be given.');
  const severity = stringField(entry, 'severity') ?? 'DEFAULT';
  if (!SEVERITIES.includes(severity)) throw invalid(`"${severity}" is no severity.`);
  const time = stringField(entry, 'timestamp');
  if (time !== undefined && Number.isNaN(Date.parse(time))) throw invalid(`"${time}" is no timestamp.`);
  const shared = objectField(request, 'labels');
  const own = objectField(entry, 'labels');
  const labels = strings({ ...shared, ...own });
  return {
    ...entry,
    logName,
    resource: { type: resource['type'], labels: strings(objectField(resource, 'labels') ?? {}) },
    severity,
    labels,
  };
}

const strings = (map: Body): Record<string, string> =>
  Object.fromEntries(
    Object.entries(map).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );

function list(cloud: Cloud, call: Call): object {
  const request = call.json();
  onlyKnown(request, ['resourceNames', 'projectIds', 'filter', 'orderBy', 'pageSize', 'pageToken']);
  const names = listField(request, 'resourceNames').map((name) => {
    if (typeof name !== 'string' || !/^(projects|folders|organizations|billingAccounts)\/[^/]+/.test(name)) {
      throw invalid('resourceNames: want projects/ID.');
    }
    return name;
  });
  if (names.length === 0) throw invalid('resourceNames must be given.');
  const holds = parseLogFilter(stringField(request, 'filter') ?? '');
  const found = logEntries(cloud)
    .list()
    .filter((entry) => names.some((name) => entry.logName.startsWith(`${name}/`)) && holds(entry));
  const descending = readOrder(stringField(request, 'orderBy'));
  const keyed = found.map((entry) => ({ entry, key: orderKey(entry, descending) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  const size = request['pageSize'];
  const { items, ...more } = pageOf(
    keyed,
    {
      size: typeof size === 'number' ? String(size) : null,
      token: stringField(request, 'pageToken') ?? null,
    },
    { ...PAGE, key: ({ key }) => key },
  );
  return { entries: items.map(({ entry }) => entry), ...more };
}

function readOrder(text: string | undefined): boolean {
  const order = (text ?? 'timestamp asc').replaceAll('"', '').trim();
  if (order === 'timestamp desc') return true;
  if (order === 'timestamp asc' || order === 'timestamp' || order === '') return false;
  throw invalid(`orderBy "${order}": want "timestamp asc" or "timestamp desc".`);
}

const LARGEST = 9e15;

/** Sorts by time, then by writing; turned round for descending order, because page tokens only go forward. */
function orderKey(entry: LogEntry, descending: boolean): string {
  const time = Date.parse(entry.timestamp);
  return `${String(descending ? LARGEST - time : time).padStart(16, '0')} ${entry.insertId}`;
}
