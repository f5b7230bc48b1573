/** What happens along a pass, as people read it in a terminal and in a log. */
import type { PassEvent } from './reconcile.ts';
import { plural } from './report/words.ts';

export function eventText(event: PassEvent): string {
  switch (event.type) {
    case 'loaded':
      return `${plural(event.tenants, 'record')} loaded`;
    case 'observed':
      return `${plural(event.tenants, 'tenant')} observed`;
    case 'launched':
      return `${event.tenant}: ${event.flow} launched (${event.intent})`;
    case 'swept':
      return `${plural(event.workflows.length, 'unused workflow definition')} removed`;
    case 'told':
      return `${plural(event.sent, 'notification')} sent`;
    case 'problem':
      return `${event.tenant}: ${event.message}`;
  }
}
