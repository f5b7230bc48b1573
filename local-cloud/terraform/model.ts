/** What the provider must know of a resource type besides its schema: names, methods, translation, life cycle. */
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import type { Body } from '../core/store.ts';
import type { Identity, Rules } from './mapping.ts';
import { text, type State } from './values.ts';

/** The provider block as configured, with the environment's values where it is silent. */
export interface ProviderSettings {
  readonly project: string | undefined;
  readonly region: string | undefined;
  readonly zone: string | undefined;
  readonly defaultLabels: Readonly<Record<string, string>>;
  /** Is the label that marks Terraform's resources added? */
  readonly attribution: boolean;
  /** Whom calls are made as. */
  readonly principal: string;
}

/** Where a type's resources live. Most are entries of the resource store; some are parts of another one. */
export interface Storage {
  find(cloud: Cloud, identity: Identity): Body | undefined;
  /** `state` is what was planned. Throws ALREADY_EXISTS, or NOT_FOUND for a missing parent. */
  create(cloud: Cloud, identity: Identity, body: Body, state: State): void;
  update(cloud: Cloud, identity: Identity, change: (body: Body) => Body): void;
  remove(cloud: Cloud, identity: Identity): void;
}

export interface Methods {
  readonly get: string;
  readonly create: string;
  readonly update: string;
  readonly delete: string;
}

export interface Model {
  /** Key in the endpoints table, e.g. `compute`. */
  readonly service: string;
  readonly methods: Methods;
  /** How error texts name the type; undefined where the provider passes the API's text on as it is. */
  readonly title?: string;
  readonly rules: Rules;
  readonly storage: Storage;
  /** The body as the rules see it, where API and Terraform differ too much for a rule of one field. */
  readonly view?: (body: Body) => Body;
  /** The way back from `view` to the API's own form. */
  readonly seal?: (body: Body) => Body;
  /** The request's body where the resource is a part of another one; `written` is undefined when it goes. */
  readonly sends?: (cloud: Cloud, identity: Identity, written: Body | undefined) => Body;
  /** Arguments that name the resource; every one must have a value. */
  readonly identity: (state: State) => Identity;
  /** Path of the resource's own REST call. */
  readonly path: (identity: Identity) => string;
  /** Terraform's id. */
  readonly id: (identity: Identity) => string;
  /** What `terraform import` accepts; named groups become arguments. */
  readonly imports: readonly RegExp[];
  /** Cloud time the API's own operation takes, in milliseconds. */
  readonly delays: { readonly create: number; readonly update: number; readonly delete: number };
  /** Values the provider itself puts into a configuration before it is planned: project, region, labels. */
  readonly predict?: (config: State, prior: State | null, provider: ProviderSettings) => State;
  /** Refuses a create or update the API would refuse, e.g. because something it refers to is missing. */
  readonly check?: (cloud: Cloud, identity: Identity, state: State) => void;
  /** Adds what the service fills in to a new body; `status` fields say the resource is not ready yet. */
  readonly complete?: (cloud: Cloud, identity: Identity, body: Body, state: State) => Body;
  /** Ends creation: what happens when the operation is done. */
  readonly ready?: (cloud: Cloud, identity: Identity, state: State) => Promise<void> | void;
  /** Refuses a deletion before any call is made; returns the reason. */
  readonly protects?: (state: State) => string | undefined;
  /** Is a deletion only forgetting? Terraform drops the resource then, and the service keeps it. */
  readonly abandons?: (state: State) => boolean;
  /** Refuses a deletion as the API does, e.g. because the resource is in use. */
  readonly checkDelete?: (cloud: Cloud, identity: Identity, state: State) => void;
  /** Marks the resource as going away while the operation runs. */
  readonly deleting?: (cloud: Cloud, identity: Identity) => void;
  readonly deleted?: (cloud: Cloud, identity: Identity) => Promise<void> | void;
}

/** A required part of a resource's identity is not known. Its message is for the person who wrote the configuration. */
export class MissingArgument extends Error {}

/** Picks identity arguments out of a state. */
export function identityOf(state: State, names: readonly string[]): Identity {
  return Object.fromEntries(
    names.map((name) => {
      const value = text(state[name]);
      if (value === '') throw new MissingArgument(`${name}: required field is not set`);
      return [name, value];
    }),
  );
}

/** `project`, `region` and `location` from the provider block where the resource does not say. */
export function placed(config: State, provider: ProviderSettings, names: readonly string[]): State {
  const from: Record<string, string | undefined> = {
    project: provider.project,
    region: provider.region,
    location: provider.zone ?? provider.region,
  };
  const result: State = {};
  for (const name of names) {
    const fallback = from[name];
    if ((config[name] ?? null) === null && fallback !== undefined) result[name] = fallback;
  }
  return result;
}

/** Storage in the resource store, under Asset Inventory's name. */
export function inStore(place: {
  readonly name: (identity: Identity) => string;
  readonly assetType: string;
  readonly location: (identity: Identity) => string;
}): Storage {
  return {
    find: (cloud, identity) => cloud.resources.get(place.name(identity))?.body,
    create: (cloud, identity, body) =>
      void cloud.resources.create({
        name: place.name(identity),
        assetType: place.assetType,
        project: identity['project'] ?? '',
        location: place.location(identity),
        body,
      }),
    update: (cloud, identity, change) => void cloud.resources.update(place.name(identity), change),
    remove: (cloud, identity) => void cloud.resources.delete(place.name(identity)),
  };
}

/** Seconds of cloud time, for tables of delays. */
export const seconds = (count: number): number => count * 1000;

/** Refuses what the API would: 400, with the reason word of the older APIs. */
export function invalid(message: string, reason?: string): ApiError {
  return new ApiError('INVALID_ARGUMENT', message, reason === undefined ? {} : { reason });
}
