/** Audit log entries for tests, in the shape Cloud Logging answers with. */
import type { Json } from '../../reconciler/model.ts';

export interface Told {
  readonly at: string;
  readonly who: string;
  readonly method: string;
  readonly resource: string;
  readonly request?: Json;
  readonly agent?: string;
  readonly behind?: string;
  readonly email?: string;
  readonly status?: number;
  readonly operation?: { id: string; first?: boolean; last?: boolean };
}

export const entry = (told: Told): Json => ({
  logName: 'projects/acme-prod-1/logs/cloudaudit.googleapis.com%2Factivity',
  timestamp: told.at,
  insertId: `${told.at} ${told.who}`,
  ...(told.operation && { operation: { producer: 'compute.googleapis.com', ...told.operation } }),
  resource: { type: 'x', labels: { ...(told.email !== undefined && { email_id: told.email }) } },
  protoPayload: {
    '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
    status: told.status === undefined ? {} : { code: told.status },
    authenticationInfo: {
      principalEmail: told.who,
      ...(told.behind !== undefined && {
        serviceAccountDelegationInfo: [{ firstPartyPrincipal: { principalEmail: told.behind } }],
      }),
    },
    requestMetadata: { ...(told.agent !== undefined && { callerSuppliedUserAgent: told.agent }) },
    methodName: told.method,
    resourceName: told.resource,
    ...(told.request !== undefined && { request: told.request }),
  },
});
