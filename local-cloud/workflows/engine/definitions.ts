/** Workflow definitions and their revisions. The newest state of each lives in the resource store, for everybody to see. */
import { randomBytes } from 'node:crypto';
import type { Cloud } from '../../core/cloud.ts';
import { timestamp } from '../../core/clock.ts';
import { ApiError, notFound } from '../../core/errors.ts';
import type { Body } from '../../core/store.ts';
import { build } from '../check/check.ts';
import { BuildError } from '../lang/problems.ts';
import { MAX_WORKFLOWS_PER_PROJECT } from '../lang/limits.ts';
import { compileProgram, type CompiledProgram } from '../run/interpreter.ts';
import { workflowKey, workflowPath, type WorkflowName } from './names.ts';

const ASSET_TYPE = 'workflows.googleapis.com/Workflow';

export interface Revision {
  readonly id: string;
  /** The workflow as it was when the revision was current. */
  readonly body: Body;
  readonly program: CompiledProgram;
  /** Names of the routines it defines. */
  readonly routines: ReadonlySet<string>;
}

/** The fields a change of which makes a new revision. */
const REVISION_FIELDS = ['sourceContents', 'serviceAccount', 'userEnvVars'] as const;

const sameRevision = (a: Body, b: Body): boolean =>
  REVISION_FIELDS.every((field) => JSON.stringify(a[field] ?? null) === JSON.stringify(b[field] ?? null));

export class Definitions {
  readonly #cloud: Cloud;
  readonly #revisions = new Map<string, Revision[]>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Throws NOT_FOUND. */
  get(name: WorkflowName): Body {
    const resource = this.#cloud.resources.get(workflowKey(name));
    if (resource === undefined) throw notFound(`workflow ${workflowPath(name)}`);
    return resource.body;
  }

  exists(name: WorkflowName): boolean {
    return this.#cloud.resources.get(workflowKey(name)) !== undefined;
  }

  list(project: string, location: string): Body[] {
    const filter = { assetType: ASSET_TYPE, project, ...(location !== '-' && { location }) };
    return this.#cloud.resources.list(filter).map(({ body }) => body);
  }

  /** Builds and stores a new workflow. Throws INVALID_ARGUMENT for a source that cannot be built. */
  create(name: WorkflowName, fields: Body): Body {
    if (this.exists(name)) {
      throw new ApiError('ALREADY_EXISTS', `workflow ${workflowPath(name)} already exists`);
    }
    if (this.list(name.project, '-').length >= MAX_WORKFLOWS_PER_PROJECT) {
      throw new ApiError(
        'RESOURCE_EXHAUSTED',
        `project ${name.project} has ${MAX_WORKFLOWS_PER_PROJECT} workflows`,
      );
    }
    const now = timestamp(this.#cloud.clock.now());
    const body = { name: workflowPath(name), state: 'ACTIVE', createTime: now, updateTime: now, ...fields };
    const revision = this.#addRevision(name, body);
    return this.#cloud.resources.create({
      name: workflowKey(name),
      assetType: ASSET_TYPE,
      project: name.project,
      location: name.location,
      body: revision.body,
    }).body;
  }

  /** Sets and unsets fields, as a new revision when they make one. Throws like {@link create}. */
  update(name: WorkflowName, set: Body, unset: readonly string[]): Body {
    this.current(name);
    const before = this.get(name);
    const kept = Object.entries(before).filter(([field]) => !unset.includes(field));
    const body = { ...Object.fromEntries(kept), ...set, updateTime: timestamp(this.#cloud.clock.now()) };
    const next = sameRevision(before, body) ? body : this.#addRevision(name, body).body;
    return this.#cloud.resources.update(workflowKey(name), () => next).body;
  }

  delete(name: WorkflowName): void {
    this.#cloud.resources.delete(workflowKey(name));
    this.#revisions.delete(workflowKey(name));
  }

  /** Newest first. Throws NOT_FOUND. */
  revisions(name: WorkflowName): readonly Revision[] {
    const body = this.get(name);
    const known = this.#revisions.get(workflowKey(name)) ?? [];
    const newest = known[0];
    // Terraform's provider writes to the store directly; what it wrote becomes a revision when it is first looked at.
    if (newest !== undefined && sameRevision(newest.body, body)) return known;
    this.#cloud.resources.update(workflowKey(name), () => this.#addRevision(name, body).body);
    return this.#revisions.get(workflowKey(name)) ?? [];
  }

  /** The revision executions start with. */
  current(name: WorkflowName): Revision {
    const [newest] = this.revisions(name);
    if (newest === undefined) throw notFound(`workflow ${workflowPath(name)}`);
    return newest;
  }

  #addRevision(name: WorkflowName, body: Body): Revision {
    const compiled = compile(body['sourceContents']);
    const known = this.#revisions.get(workflowKey(name)) ?? [];
    const ordinal = Number(known[0]?.id.slice(0, 6) ?? 0) + 1;
    const id = `${String(ordinal).padStart(6, '0')}-${randomBytes(2).toString('hex').slice(0, 3)}`;
    const whole: Body = { ...body, revisionId: id, revisionCreateTime: timestamp(this.#cloud.clock.now()) };
    const revision: Revision = { id, body: whole, ...compiled };
    this.#revisions.set(workflowKey(name), [revision, ...known]);
    return revision;
  }
}

function compile(source: unknown): Pick<Revision, 'program' | 'routines'> {
  if (typeof source !== 'string' || source === '') {
    throw new ApiError('INVALID_ARGUMENT', 'workflow source is missing: set source_contents');
  }
  try {
    const built = build(source);
    return { program: compileProgram(built), routines: new Set(built.routines.keys()) };
  } catch (error) {
    if (error instanceof BuildError) throw new ApiError('INVALID_ARGUMENT', error.message);
    throw error;
  }
}
