/** What the API server refuses although it is well-formed: missing values, wrong ranges, changes of fixed fields. */
import type { Body, Json } from '../core/store.ts';
import type { Kind } from './kinds.ts';
import {
  isObject,
  numberAt,
  objectAt,
  objectsAt,
  omit,
  sameJson,
  textAt,
  textsAt,
  type Kube,
} from './object.ts';
import { invalid, type StatusCause } from './status.ts';

type Cause = Required<StatusCause>;

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** Path segments: what names of roles and bindings may be. */
const PATH_SEGMENT = /^[^/%]+$/;
const LABEL_LIMIT = 63;
const NAME_LIMIT = 253;

const required = (field: string, detail = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: `Required value${detail === '' ? '' : `: ${detail}`}`,
  field,
});
const wrong = (field: string, value: Json | undefined, detail: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value)}: ${detail}`,
  field,
});
const unsupported = (field: string, value: Json | undefined, choices: readonly string[]): Cause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${choices.map((c) => JSON.stringify(c)).join(', ')}`,
  field,
});

/** Throws 422 naming every cause. `live` is the object a write replaces. */
export function validate(kind: Kind, object: Kube, live: Kube | undefined): void {
  const causes = [
    ...(live ? [] : nameCauses(kind, object.metadata.name)),
    ...(RULES[kind.kind]?.(object, live) ?? []),
  ];
  if (causes.length > 0) throw invalid(kind.kind, kind.group, object.metadata.name, causes);
}

const LABEL_NAMED = ['Namespace', 'Service'];

function nameCauses({ kind, group }: Kind, name: string): Cause[] {
  const label = LABEL_NAMED.includes(kind);
  const pattern = group.startsWith('rbac.') ? PATH_SEGMENT : label ? DNS_LABEL : DNS_SUBDOMAIN;
  if (pattern.test(name) && name.length <= (label ? LABEL_LIMIT : NAME_LIMIT)) return [];
  const what = label ? 'label' : 'subdomain';
  return [
    wrong(
      'metadata.name',
      name,
      `a lowercase RFC 1123 ${what} must consist of lower case alphanumeric characters or '-', ` +
        'and must start and end with an alphanumeric character',
    ),
  ];
}

type Rule = (object: Kube, live: Kube | undefined) => Cause[];

const RULES: Readonly<Record<string, Rule>> = {
  Deployment: (object, live) => {
    const spec = objectAt(object, 'spec');
    return [...selectorCauses(spec), ...templateCauses(spec), ...fixed(object, live, 'selector')];
  },
  Job: (object, live) => [
    ...templateCauses(objectAt(object, 'spec')),
    ...fixed(object, live, 'template', 'selector', 'completionMode'),
  ],
  Service: serviceCauses,
  HorizontalPodAutoscaler: autoscalerCauses,
  RoleBinding: (object, live) => bindingCauses(object, live),
  ClusterRoleBinding: (object, live) => bindingCauses(object, live),
  PersistentVolumeClaim: claimCauses,
  ConfigMap: frozenCauses,
  Secret: frozenCauses,
};

function fixed(object: Kube, live: Kube | undefined, ...fields: string[]): Cause[] {
  if (!live) return [];
  const [spec, before] = [objectAt(object, 'spec'), objectAt(live, 'spec')];
  return fields
    .filter((field) => !sameJson(spec[field], before[field]))
    .map((field) => wrong(`spec.${field}`, spec[field], 'field is immutable'));
}

function selectorCauses(spec: Body): Cause[] {
  if (!isObject(spec['selector'])) return [required('spec.selector')];
  const want = textsAt(spec['selector'], 'matchLabels');
  const labels = textsAt(objectAt(objectAt(spec, 'template'), 'metadata'), 'labels');
  const fits = Object.entries(want).every(([key, value]) => labels[key] === value);
  if (fits) return [];
  return [wrong('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')];
}

function templateCauses(spec: Body): Cause[] {
  const at = 'spec.template.spec.containers';
  const containers = objectsAt(objectAt(objectAt(spec, 'template'), 'spec'), 'containers');
  if (containers.length === 0) return [required(at)];
  const seen = new Set<string>();
  return containers.flatMap((container, i) => {
    const name = textAt(container, 'name') ?? '';
    const causes: Cause[] = [];
    if (name === '') causes.push(required(`${at}[${i}].name`));
    else if (!DNS_LABEL.test(name))
      causes.push(wrong(`${at}[${i}].name`, name, 'a lowercase RFC 1123 label'));
    if (seen.has(name)) {
      causes.push({
        reason: 'FieldValueDuplicate',
        message: `Duplicate value: ${JSON.stringify(name)}`,
        field: `${at}[${i}].name`,
      });
    }
    seen.add(name);
    if (textAt(container, 'image') === undefined) causes.push(required(`${at}[${i}].image`));
    return causes;
  });
}

const SERVICE_TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

function serviceCauses(object: Kube, live: Kube | undefined): Cause[] {
  const spec = objectAt(object, 'spec');
  const causes: Cause[] = [];
  const type = textAt(spec, 'type') ?? '';
  if (!SERVICE_TYPES.includes(type)) causes.push(unsupported('spec.type', type, SERVICE_TYPES));
  const ports = objectsAt(spec, 'ports');
  if (ports.length === 0 && type !== 'ExternalName' && spec['clusterIP'] !== 'None') {
    causes.push(required('spec.ports'));
  }
  for (const [i, port] of ports.entries()) {
    const number = numberAt(port, 'port') ?? 0;
    if (number < 1 || number > 65_535) {
      causes.push(wrong(`spec.ports[${i}].port`, number, 'must be between 1 and 65535, inclusive'));
    }
    if (ports.length > 1 && textAt(port, 'name') === undefined)
      causes.push(required(`spec.ports[${i}].name`));
  }
  const before = objectAt(live, 'spec');
  if (
    live &&
    before['type'] !== 'ExternalName' &&
    type !== 'ExternalName' &&
    spec['clusterIP'] !== before['clusterIP']
  ) {
    causes.push(wrong('spec.clusterIPs[0]', spec['clusterIP'], 'may not change once set'));
  }
  return causes;
}

function autoscalerCauses(object: Kube): Cause[] {
  const spec = objectAt(object, 'spec');
  const [min, max] = [numberAt(spec, 'minReplicas') ?? 1, numberAt(spec, 'maxReplicas') ?? 0];
  const causes: Cause[] = [];
  if (min < 1) causes.push(wrong('spec.minReplicas', min, 'must be greater than or equal to 1'));
  if (max < 1) causes.push(wrong('spec.maxReplicas', max, 'must be greater than 0'));
  else if (max < min) {
    causes.push(wrong('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
  }
  const target = objectAt(spec, 'scaleTargetRef');
  for (const field of ['kind', 'name']) {
    if (textAt(target, field) === undefined) causes.push(required(`spec.scaleTargetRef.${field}`));
  }
  return causes;
}

function bindingCauses(object: Kube, live: Kube | undefined): Cause[] {
  const role = objectAt(object, 'roleRef');
  if (textAt(role, 'name') === undefined) return [required('roleRef.name')];
  if (!live || sameJson(role, live['roleRef'])) return [];
  return [wrong('roleRef', role, 'cannot change roleRef')];
}

function claimCauses(object: Kube, live: Kube | undefined): Cause[] {
  const spec = objectAt(object, 'spec');
  const storage = objectAt(objectAt(spec, 'resources'), 'requests')['storage'];
  if (storage === undefined) return [required('spec.resources[storage]')];
  if (!live) return [];
  // Only the request may change; the real server also allows growth alone.
  const fixedPart = (whole: Body): Body => omit(whole, 'resources');
  if (sameJson(fixedPart(spec), fixedPart(objectAt(live, 'spec')))) return [];
  return [
    {
      reason: 'FieldValueForbidden',
      message:
        'Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      field: 'spec',
    },
  ];
}

function frozenCauses(object: Kube, live: Kube | undefined): Cause[] {
  if (live?.['immutable'] !== true) return [];
  return ['data', 'binaryData']
    .filter((field) => !sameJson(object[field], live[field]))
    .map((field) => ({
      reason: 'FieldValueForbidden',
      message: 'Forbidden: field is immutable when `immutable` is set',
      field,
    }));
}
