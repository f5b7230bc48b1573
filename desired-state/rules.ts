/**
 * Rules across fields: what each field may be by itself stands in the schema, what they mean together stands here.
 * A rule reads the record as it was written and passes over what is missing or of the wrong type, so that all
 * problems of a record can be shown at once whatever else is wrong with it.
 */
import { overlap, parseRange } from './cidr.ts';
import { parseDuration } from './duration.ts';
import { nearest } from './nearest.ts';
import { isObject, problem, quote, valueAt } from './problems.ts';
import type { Path, Problem } from './problems.ts';

export interface Rule {
  readonly name: string;
  /** A warning is shown and does not stop the record. */
  readonly severity: 'error' | 'warning';
  readonly check: (record: unknown) => Problem[];
}

/** Tenants of these names would be taken for something else: in paths, in selectors, on the command line. */
export const RESERVED_TENANT_NAMES: readonly string[] = [
  'all',
  'default',
  'google',
  'none',
  'platform',
  'plumbline',
  'system',
  'tenants',
];

/** Kubernetes and GKE own these; https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/. */
const FOREIGN_NAMESPACE = /^(default$|kube-|gke-|gmp-|config-management-)/;

/** Machine families that take no GPUs; https://cloud.google.com/compute/docs/gpus. */
const WITHOUT_GPUS = /^(c2|c2d|c3|c3d|c4|c4a|c4d|e2|m1|m2|m3|m4|n2|n2d|n4|t2a|t2d)-/;

/** GKE takes a /28 for the control plane of a private cluster, nothing else. */
const CONTROL_PLANE_BITS = 28;

/**
 * Bytes of a record as JSON. An execution is told at most 32 KB (a limit of Cloud Workflows), which holds no part of
 * the record more than twice and some constant text besides.
 */
export const MAX_RECORD_BYTES = 12 * 1024;

const RANGES: readonly { readonly label: string; readonly at: Path }[] = [
  { label: 'the subnet', at: ['spec', 'network', 'subnet', 'range'] },
  { label: 'the pods', at: ['spec', 'network', 'subnet', 'pods'] },
  { label: 'the services', at: ['spec', 'network', 'subnet', 'services'] },
  { label: 'the control plane', at: ['spec', 'cluster', 'controlPlaneRange'] },
];

const TIME_ZONE: Path = ['spec', 'maintenance', 'timeZone'];

/** What the longest action takes; in a shorter window it could never start. */
export const SHORTEST_WINDOW = '30m';
const LONGEST_WINDOW = '168h';

const NODE_POOLS: Path = ['spec', 'cluster', 'nodePools'];

export const RULES: readonly Rule[] = [
  { name: 'tenant-name-is-free', severity: 'error', check: tenantNameIsFree },
  { name: 'ranges-start-at-their-network', severity: 'error', check: rangesStartAtTheirNetwork },
  { name: 'ranges-do-not-overlap', severity: 'error', check: rangesDoNotOverlap },
  { name: 'control-plane-range-is-a-28', severity: 'error', check: controlPlaneRangeIsA28 },
  { name: 'names-are-keys', severity: 'error', check: namesAreKeys },
  { name: 'bounds-are-in-order', severity: 'error', check: boundsAreInOrder },
  { name: 'accelerator-fits-machine', severity: 'error', check: acceleratorFitsMachine },
  { name: 'namespace-is-ours', severity: 'error', check: namespaceIsOurs },
  { name: 'fits-an-execution', severity: 'error', check: fitsAnExecution },
  { name: 'time-zone-is-known', severity: 'error', check: timeZoneIsKnown },
  { name: 'windows-have-room', severity: 'error', check: windowsHaveRoom },
  { name: 'exclusions-are-in-order', severity: 'error', check: exclusionsAreInOrder },
  { name: 'gpu-pool-is-tainted', severity: 'warning', check: gpuPoolIsTainted },
];

function tenantNameIsFree(record: unknown): Problem[] {
  const at = ['metadata', 'name'];
  const name = valueAt(record, at);
  if (typeof name !== 'string' || !RESERVED_TENANT_NAMES.includes(name)) return [];
  return [problem(record, at, `is ${quote(name)}, which is reserved`, 'choose another name')];
}

function rangesStartAtTheirNetwork(record: unknown): Problem[] {
  return rangesOf(record)
    .filter(({ range, text }) => range.canonical !== text)
    .map(({ at, range, text }) =>
      problem(record, at, `is ${text}, an address inside a range`, `write ${range.canonical}`),
    );
}

function rangesDoNotOverlap(record: unknown): Problem[] {
  const ranges = rangesOf(record);
  return ranges.flatMap((later, index) =>
    ranges
      .slice(0, index)
      .filter((earlier) => overlap(earlier.range, later.range))
      .map((earlier) =>
        problem(
          record,
          later.at,
          `is ${later.text}, which overlaps ${earlier.text} of ${earlier.label} (${earlier.at.join('.')})`,
          `give ${later.label} a range of its own`,
        ),
      ),
  );
}

function controlPlaneRangeIsA28(record: unknown): Problem[] {
  return rangesOf(record)
    .filter(({ label, range }) => label === 'the control plane' && range.bits !== CONTROL_PLANE_BITS)
    .map(({ at, text }) =>
      problem(record, at, `is ${text}, but GKE takes only a /28 here`, 'use a range that ends in /28'),
    );
}

function namesAreKeys(record: unknown): Problem[] {
  return [NODE_POOLS, ['spec', 'workload', 'env']].flatMap((list) => {
    const seen = new Set<unknown>();
    return itemsOf(record, list).flatMap(({ at, item }) => {
      const name = item['name'];
      if (typeof name !== 'string' || !seen.has(name)) {
        seen.add(name);
        return [];
      }
      const message = `is ${quote(name)}, which is used twice; names are the key of this list`;
      return [problem(record, [...at, 'name'], message, 'rename or remove one of the two')];
    });
  });
}

function boundsAreInOrder(record: unknown): Problem[] {
  const places = [...itemsOf(record, NODE_POOLS).map(({ at }) => at), ['spec', 'workload', 'autoscaling']];
  return places.flatMap((at) => {
    const min = valueAt(record, [...at, 'min']);
    const max = valueAt(record, [...at, 'max']);
    if (typeof min !== 'number' || typeof max !== 'number' || min <= max) return [];
    return [
      problem(record, [...at, 'min'], `is ${min}, above max, which is ${max}`, 'lower min or raise max'),
    ];
  });
}

function acceleratorFitsMachine(record: unknown): Problem[] {
  return itemsOf(record, NODE_POOLS).flatMap(({ at, item }) => {
    const machine = item['machineType'];
    if (!isObject(item['accelerator']) || typeof machine !== 'string' || !WITHOUT_GPUS.test(machine))
      return [];
    const message = `is ${quote(machine)}, a machine that takes no accelerator`;
    return [
      problem(
        record,
        [...at, 'machineType'],
        message,
        'use a GPU machine such as g2-standard-8, or remove accelerator',
      ),
    ];
  });
}

function namespaceIsOurs(record: unknown): Problem[] {
  const at = ['spec', 'workload', 'namespace'];
  const namespace = valueAt(record, at);
  if (typeof namespace !== 'string' || !FOREIGN_NAMESPACE.test(namespace)) return [];
  const message = `is ${quote(namespace)}, which belongs to Kubernetes or GKE`;
  return [problem(record, at, message, 'use a namespace of your own, e.g. acme-app')];
}

function fitsAnExecution(record: unknown): Problem[] {
  const bytes = bytesOf(record);
  if (bytes <= MAX_RECORD_BYTES) return [];
  const message = `makes the record too large: ${bytes} bytes as JSON, and an execution can be told ${MAX_RECORD_BYTES}`;
  return [
    problem(record, heaviest(record), message, 'shorten it, or keep it where the workload reads it itself'),
  ];
}

/** As JSON, roughly for what JSON cannot hold: a record is measured whatever else is wrong with it. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(JSON.stringify(value));
  if (typeof value !== 'object' || value === null) return String(value).length;
  const keyed = Array.isArray(value)
    ? value.map((item) => bytesOf(item))
    : Object.entries(value).map(([key, item]) => bytesOf(key) + ':'.length + bytesOf(item));
  const marks = '{}'.length + Math.max(keyed.length - 1, 0);
  return keyed.reduce((sum, bytes) => sum + bytes, marks);
}

/** Down from the top for as long as one part outweighs all others together. */
function heaviest(value: unknown, at: Path = []): Path {
  if (typeof value !== 'object' || value === null) return at;
  const parts = Object.entries(value).map(([key, part]): [string, unknown, number] => [
    key,
    part,
    bytesOf({ [key]: part as unknown }),
  ]);
  const half = parts.reduce((sum, [, , bytes]) => sum + bytes, 0) / 2;
  const [key, part] = parts.find(([, , bytes]) => bytes > half) ?? [];
  return key === undefined ? at : heaviest(part, [...at, Array.isArray(value) ? Number(key) : key]);
}

function timeZoneIsKnown(record: unknown): Problem[] {
  const zone = valueAt(record, TIME_ZONE);
  if (typeof zone !== 'string' || zone === '' || isTimeZone(zone)) return [];
  const near = nearest(zone, Intl.supportedValuesOf('timeZone'));
  const cure =
    near === undefined ? 'use an IANA name, e.g. Europe/Berlin or UTC' : `did you mean ${quote(near)}?`;
  return [problem(record, TIME_ZONE, `is ${quote(zone)}, a time zone nobody knows`, cure)];
}

/** Zones that `Intl` took before: it takes a tenth of a millisecond to ask, and a fleet of thousands names a few. */
const knownZones = new Set<string>();

/** `Intl` takes bare offsets too, which know no summer time: names only. */
function isTimeZone(name: string): boolean {
  if (knownZones.has(name)) return true;
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    knownZones.add(name);
    return true;
  } catch {
    return false;
  }
}

function windowsHaveRoom(record: unknown): Problem[] {
  const [shortest, longest] = [parseDuration(SHORTEST_WINDOW) ?? 0, parseDuration(LONGEST_WINDOW) ?? 0];
  return itemsOf(record, ['spec', 'maintenance', 'windows']).flatMap(({ at, item }) => {
    const duration = item['duration'];
    const ms = typeof duration === 'string' ? parseDuration(duration) : undefined;
    if (typeof duration !== 'string' || ms === undefined || (ms >= shortest && ms <= longest)) return [];
    const message =
      ms < shortest
        ? `is ${duration}, and an action may take ${SHORTEST_WINDOW}`
        : `is ${duration}, longer than a week`;
    return [
      problem(
        record,
        [...at, 'duration'],
        message,
        `use a length from ${SHORTEST_WINDOW} to ${LONGEST_WINDOW}`,
      ),
    ];
  });
}

function exclusionsAreInOrder(record: unknown): Problem[] {
  return itemsOf(record, ['spec', 'maintenance', 'exclusions']).flatMap(({ at, item }) => {
    const { from, until } = item;
    // Dates written as dates sort as text; what is no date is told by the schema.
    if (!isDate(from) || !isDate(until) || from <= until) return [];
    return [
      problem(
        record,
        [...at, 'until'],
        `is ${quote(until)}, before its from, ${quote(from)}`,
        'swap the two',
      ),
    ];
  });
}

const isDate = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value);

function gpuPoolIsTainted(record: unknown): Problem[] {
  return itemsOf(record, NODE_POOLS).flatMap(({ at, item }) => {
    const taints = item['taints'];
    if (!isObject(item['accelerator']) || (Array.isArray(taints) && taints.length > 0)) return [];
    return [
      problem(
        record,
        at,
        'has GPUs and no taint, so any pod may be scheduled on them',
        'add a taint, e.g. {key: workload, value: gpu, effect: NO_SCHEDULE}',
      ),
    ];
  });
}

function rangesOf(record: unknown) {
  return RANGES.flatMap(({ label, at }) => {
    const text = valueAt(record, at);
    const range = typeof text === 'string' ? parseRange(text) : undefined;
    return typeof text === 'string' && range !== undefined ? [{ label, at, text, range }] : [];
  });
}

function itemsOf(record: unknown, list: Path) {
  const items = valueAt(record, list);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown, index) => (isObject(item) ? [{ at: [...list, index], item }] : []));
}
