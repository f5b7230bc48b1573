/** What a connector is: one row that says how a call becomes a REST request, and what it waits for. */

/** What a waiting connector watches, and what it gives back at the end. */
export type Waiting =
  /** A long-running operation under this path prefix; gives the operation or what it produced. */
  | { readonly kind: 'operation'; readonly prefix: string; readonly gives: 'operation' | 'response' }
  /** An operation of Kubernetes Engine: a short name, found in the location of the request, and a status. */
  | { readonly kind: 'cluster operation' }
  /** An execution of a Cloud Run job in the Knative form, until its condition Completed is known. */
  | { readonly kind: 'job execution' }
  /** A workflow execution, until it is neither ACTIVE nor QUEUED. */
  | { readonly kind: 'execution' };

export interface Connector {
  readonly name: string;
  /** Key of the endpoints table. */
  readonly service: string;
  readonly http: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `{x}` is one escaped segment, `{+x}` goes in as it is. */
  readonly path: string;
  /** Arguments that become query parameters; a trailing `!` marks a required one. */
  readonly query?: readonly string[];
  /** Arguments that are neither in the path nor in the query, e.g. the place of the endpoint; `!` as above. */
  readonly ignored?: readonly string[];
  /** `required` or `optional`; absent: the method takes none. */
  readonly body?: 'required' | 'optional';
  readonly waits?: Waiting;
}

export type Row = Omit<Connector, 'service' | 'name'>;

/** Rows of one service; their names begin with `prefix`. */
export const connectors = (
  service: string,
  prefix: string,
  rows: Readonly<Record<string, Row>>,
): readonly Connector[] =>
  Object.entries(rows).map(([verb, row]) => ({ service, name: `googleapis.${prefix}.${verb}`, ...row }));

export const get = (path: string, query: readonly string[] = []): Row => ({ http: 'GET', path, query });
export const post = (path: string, body: 'required' | 'optional' = 'required'): Row => ({
  http: 'POST',
  path,
  body,
});
export const remove = (path: string, query: readonly string[] = []): Row => ({ http: 'DELETE', path, query });

export const LIST = ['pageSize', 'pageToken', 'filter'];
