/** Cloud Audit Logs, read through Cloud Logging: the newest entries of one project that match a query. */
import { isObject, listAt, textAt } from '../json.ts';
import { CloudError, type AuditLog, type Clock } from '../ports.ts';
import type { Rest } from './rest.ts';

/** The service's maximum. Source: logging v2 ListLogEntriesRequest. */
const PAGE_SIZE = 1000;

/** One page is read and no more: the write that is looked for is nearly always among the newest. */
export const auditLogOf = (rest: Rest, clock: Clock): AuditLog => ({
  read: async (project, filter) => {
    let date: string | undefined;
    const page = await rest.request({
      service: 'logging',
      method: 'POST',
      path: '/v2/entries:list',
      body: {
        resourceNames: [`projects/${project}`],
        filter,
        orderBy: 'timestamp desc',
        pageSize: PAGE_SIZE,
      },
      safeToRepeat: true,
      onDate: (said) => (date = said),
    });
    // Protobuf JSON leaves empty lists out, so `{}` says that nothing matches.
    if (!isObject(page)) throw new CloudError('unexpected', `the log of ${project} answered with no page`);
    const told = date === undefined ? Number.NaN : Date.parse(date);
    return {
      entries: listAt(page, 'entries'),
      more: (textAt(page, 'nextPageToken') ?? '') !== '',
      at: new Date(Number.isNaN(told) ? clock.now() : told).toISOString(),
    };
  },
});
