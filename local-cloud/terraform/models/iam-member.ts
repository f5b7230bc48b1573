/** The `…_iam_member` types: one member of one role in the policy of a project, a repository or a service account. */
import type { Cloud } from '../../core/cloud.ts';
import { ApiError, notFound } from '../../core/errors.ts';
import { getPolicy, setPolicy } from '../../core/iam-policy.ts';
import type { Body, Json } from '../../core/store.ts';
import { lastSegment, relativeName } from '../compare.ts';
import { isBody, type Identity } from '../mapping.ts';
import { identityOf, placed, type Model, type Storage } from '../model.ts';
import { only, text, type State } from '../values.ts';
import { accountOf } from './service-account.ts';

/** What a policy belongs to. */
interface Owner {
  readonly project: string;
  /** Store name of the resource. */
  readonly name: string;
  /** As it stands in Terraform's id and in REST paths. */
  readonly path: string;
  /** Is there a stored resource that must exist? Projects have none. */
  readonly stored: boolean;
}

const CONDITION = ['title', 'description', 'expression'] as const;

function bindingsOf(policy: Body): Body[] {
  return Array.isArray(policy['bindings']) ? policy['bindings'].filter(isBody) : [];
}

const membersOf = (binding: Body): string[] =>
  (Array.isArray(binding['members']) ? binding['members'] : []).filter(
    (member): member is string => typeof member === 'string',
  );

/** Bindings of one role with different conditions are different bindings. */
function matches(binding: Body, { role = '', title = '', expression = '' }: Identity): boolean {
  const condition = isBody(binding['condition']) ? binding['condition'] : {};
  return (
    binding['role'] === role &&
    (condition['title'] ?? '') === title &&
    (condition['expression'] ?? '') === expression
  );
}

function storageOf(ownerOf: (identity: Identity) => Owner): Storage {
  const policyOf = (cloud: Cloud, identity: Identity): { owner: Owner; policy: Body } => {
    const owner = ownerOf(identity);
    if (owner.stored && !cloud.resources.get(owner.name)) throw notFound(`The resource '${owner.path}'`);
    return { owner, policy: getPolicy(cloud, owner.name) };
  };
  const write = (cloud: Cloud, owner: Owner, policy: Body, bindings: Body[]): void =>
    void setPolicy(cloud, owner, { policy: { ...policy, bindings } });
  const storage: Storage = {
    find: (cloud, identity) => {
      const { policy } = policyOf(cloud, identity);
      const binding = bindingsOf(policy).find(
        (item) => matches(item, identity) && membersOf(item).includes(identity['member'] ?? ''),
      );
      return binding && { ...binding, etag: policy['etag'] ?? null };
    },
    // Adding a member who is there already is no error: the policy then says what it should.
    create: (cloud, identity, body) => {
      const { owner, policy } = policyOf(cloud, identity);
      const member = identity['member'] ?? '';
      const bindings = bindingsOf(policy);
      const there = bindings.find((item) => matches(item, identity));
      if (!there) {
        const condition = body['condition'];
        const added: Body = {
          role: identity['role'] ?? '',
          members: [member],
          ...(condition && { condition }),
        };
        write(cloud, owner, policy, [...bindings, added]);
      } else if (!membersOf(there).includes(member)) {
        write(
          cloud,
          owner,
          policy,
          bindings.map((item) =>
            item === there ? { ...item, members: [...membersOf(item), member] } : item,
          ),
        );
      }
    },
    update: () => {
      throw new ApiError(
        'INTERNAL',
        'every argument of an IAM member replaces it; there is nothing to update',
      );
    },
    remove: (cloud, identity) => {
      const { owner, policy } = policyOf(cloud, identity);
      const kept = bindingsOf(policy).flatMap((item) => {
        if (!matches(item, identity)) return [item];
        const members = membersOf(item).filter((member) => member !== identity['member']);
        return members.length === 0 ? [] : [{ ...item, members }];
      });
      write(cloud, owner, policy, kept);
    },
  };
  return storage;
}

function conditionOf(state: State): Record<string, string> {
  const condition = only(state['condition']);
  return condition ? { title: text(condition['title']), expression: text(condition['expression']) } : {};
}

const readCondition = (json: Json | undefined): State[] =>
  isBody(json) ? [Object.fromEntries(CONDITION.map((name) => [name, json[name] ?? null]))] : [];

/** A model for members of the policies of one kind of resource. `names` are the arguments that say which resource. */
function iamMember(options: {
  readonly service: string;
  readonly collection: string;
  readonly names: readonly string[];
  readonly owner: (identity: Identity) => Owner;
  readonly imports: RegExp;
}): Model {
  const setMethod = `${options.collection}.setIamPolicy`;
  return {
    service: options.service,
    methods: {
      get: `${options.collection}.getIamPolicy`,
      create: setMethod,
      update: setMethod,
      delete: setMethod,
    },
    title: 'IAM member',
    storage: storageOf(options.owner),
    identity: (state) => ({
      ...identityOf(state, [...options.names, 'role', 'member']),
      ...conditionOf(state),
    }),
    path: (identity) => `/v1/${options.owner(identity).path}`,
    sends: (cloud, identity) => ({ policy: getPolicy(cloud, options.owner(identity).name) }),
    id: (identity) =>
      [options.owner(identity).path, identity['role'], identity['member'], identity['title'] ?? '']
        .filter((part) => part !== '')
        .join('/'),
    imports: [options.imports],
    delays: { create: 0, update: 0, delete: 0 },
    predict: (config, _prior, provider) =>
      placed(
        config,
        { ...provider, zone: undefined },
        options.names.filter((name) => name !== 'repository'),
      ),
    rules: {
      condition: {
        write: (value) => {
          const condition = only(value);
          return condition && Object.fromEntries(CONDITION.map((name) => [name, text(condition[name])]));
        },
        read: readCondition,
      },
      role: { write: () => undefined, read: (_json, _have, { role = '' }) => role },
      member: { write: () => undefined, read: (_json, _have, { member = '' }) => member },
      ...Object.fromEntries(
        options.names.map((name) => [
          name,
          {
            write: () => undefined,
            read: (_json: unknown, have: State[string], identity: Identity) => have ?? identity[name] ?? null,
          },
        ]),
      ),
    },
  };
}

export const projectIamMember = iamMember({
  service: 'cloudresourcemanager',
  collection: 'cloudresourcemanager.projects',
  names: ['project'],
  owner: ({ project = '' }) => {
    const id = project.replace(/^projects\//, '');
    return {
      project: id,
      name: `cloudresourcemanager.googleapis.com/projects/${id}`,
      path: id,
      stored: false,
    };
  },
  imports: /^(?:projects\/)?(?<project>[^ /]+) (?<role>[^ ]+) (?<member>[^ ]+)$/,
});

export const repositoryIamMember = iamMember({
  service: 'artifactregistry',
  collection: 'artifactregistry.projects.locations.repositories',
  names: ['project', 'location', 'repository'],
  owner: ({ project = '', location = '', repository = '' }) => {
    const path = relativeName(repository).startsWith('projects/')
      ? relativeName(repository)
      : `projects/${project}/locations/${location}/repositories/${lastSegment(repository)}`;
    return { project, name: `artifactregistry.googleapis.com/${path}`, path, stored: true };
  },
  imports:
    /^projects\/(?<project>[^/]+)\/locations\/(?<location>[^/]+)\/repositories\/(?<repository>[^ /]+) (?<role>[^ ]+) (?<member>[^ ]+)$/,
});

export const serviceAccountIamMember = iamMember({
  service: 'iam',
  collection: 'iam.projects.serviceAccounts',
  names: ['service_account_id'],
  owner: (identity) => {
    const path = identity['service_account_id'] ?? '';
    return { ...accountOf(path), path, stored: true };
  },
  imports:
    /^(?<service_account_id>projects\/[^/]+\/serviceAccounts\/[^ /]+) (?<role>[^ ]+) (?<member>[^ ]+)$/,
});
