/** Kubernetes Engine serves its older `zones` paths beside `locations`; both lead to the same method. */
import type { Handler, Method, Source } from '../core/service.ts';

/** The same method under both path shapes; `tail` follows `…/locations/L/`. */
export function methodPair(
  id: string,
  http: Method['http'],
  tail: string,
  source: Source,
  handler: Handler,
): Method[] {
  return (['locations', 'zones'] as const).map((place) => ({
    id: `container.projects.${place}.${id}`,
    http,
    path: `/v1/projects/{project}/${place}/{location}/${tail}`,
    source,
    handler,
  }));
}
