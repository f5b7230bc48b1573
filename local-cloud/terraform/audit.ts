/** What the provider's calls leave in the audit log: they go through no port of ours, so no server can write it. */
import { randomUUID } from 'node:crypto';
import { ApiError } from '../core/errors.ts';
import type { Body } from '../core/store.ts';
import { auditedCall, writeActivity } from '../logging/audit.ts';
import { auditedMethod } from '../logging/audit-methods.ts';
import type { ApiCall, Caller } from './api.ts';

/** As real ones send it: Terraform's version, its plugin SDK's and the provider's. */
const USER_AGENT =
  'Terraform/1.11.4 (+https://www.terraform.io) Terraform-Plugin-SDK/2.38.1 terraform-provider-google/local';

/** Ends the operation that was announced; with what it failed of, if it failed. */
export type Announced = (error?: unknown) => void;

/**
 * Writes the entry of a call that was answered. The function it gives writes the one that ends the operation; calls
 * that take no time begin none. `request` is the body that was sent.
 */
export function announce(
  { cloud, principal, impersonator }: Caller,
  call: ApiCall,
  { delayMs, request }: { readonly delayMs: number; readonly request: Body | undefined },
): Announced {
  const named = auditedMethod(call.method, call.http);
  if (!named) return () => undefined;
  const path = call.path.replace(/^\/(compute\/v1|storage\/v1\/b|v\d\w*)\//, '');
  // The policy of a project is asked for by its bare id.
  const resource = call.service === 'cloudresourcemanager' ? `projects/${path}` : path;
  const audited = auditedCall(named, {
    host: `${call.service}.googleapis.com`,
    project: call.project || (/^projects\/([^/]+)/.exec(resource)?.[1] ?? '-'),
    resource,
    principal,
    impersonator,
    userAgent: USER_AGENT,
    request,
  });
  if (delayMs === 0) {
    writeActivity(cloud, audited);
    return () => undefined;
  }
  const id = `operation-${cloud.clock.now()}-${randomUUID()}`;
  writeActivity(cloud, audited, { operation: { id, first: true } });
  return (error) =>
    writeActivity(cloud, audited, {
      operation: { id, last: true },
      ...(error !== undefined && {
        error:
          error instanceof ApiError
            ? error.rpc
            : { code: 13, message: error instanceof Error ? error.message : 'unknown error' },
      }),
    });
}
