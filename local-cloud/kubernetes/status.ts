/** Kubernetes' error vocabulary: the Status object every refusal is answered with, and the throwable that carries it. */

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** Thrown by handlers; the server answers with its body. kubectl's short error texts depend on `details`. */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  get body(): object {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details && { details: this.details }),
      code: this.code,
    };
  }
}

/** What an object is called in error texts: `deployments.apps "web"`. */
export interface Subject {
  readonly group: string;
  /** The plural resource name. */
  readonly resource: string;
  readonly name: string;
}

const qualified = ({ group, resource }: Subject): string =>
  group === '' ? resource : `${resource}.${group}`;

const detailsOf = ({ group, resource, name }: Subject): StatusDetails => ({
  ...(name !== '' && { name }),
  ...(group !== '' && { group }),
  kind: resource,
});

export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);

export const notFound = (subject: Subject): StatusError =>
  new StatusError(404, 'NotFound', `${qualified(subject)} "${subject.name}" not found`, detailsOf(subject));

export const alreadyExists = (subject: Subject): StatusError =>
  new StatusError(
    409,
    'AlreadyExists',
    `${qualified(subject)} "${subject.name}" already exists`,
    detailsOf(subject),
  );

/** The optimistic lock: the object changed since the caller read it. */
export const staleWrite = (subject: Subject): StatusError =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(subject)} "${subject.name}": the object has been modified; ` +
      'please apply your changes to the latest version and try again',
    detailsOf(subject),
  );

export const forbidden = (subject: Subject, why: string, causes?: readonly StatusCause[]): StatusError =>
  new StatusError(403, 'Forbidden', `${qualified(subject)} "${subject.name}" is forbidden: ${why}`, {
    ...detailsOf(subject),
    ...(causes && { causes }),
  });

/** RBAC's refusal, in the words of the API server's authorizer. */
export function mayNot(
  user: string,
  place: {
    readonly verb: string;
    readonly kind: { readonly group: string; readonly resource: string };
    readonly namespace: string | undefined;
    readonly name: string;
  },
): StatusError {
  const { group, resource } = place.kind;
  const where =
    place.namespace === undefined ? 'at the cluster scope' : `in the namespace "${place.namespace}"`;
  return forbidden(
    { group, resource, name: place.name },
    `User "${user}" cannot ${place.verb} resource "${resource}" in API group "${group}" ${where}`,
  );
}

/** 422: the object is well-formed, but its values (or a change of them) are not allowed. */
export function invalid(
  kind: string,
  group: string,
  name: string,
  causes: readonly Required<StatusCause>[],
): StatusError {
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  const text = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const whole = group === '' ? kind : `${kind}.${group}`;
  return new StatusError(422, 'Invalid', `${whole} "${name}" is invalid: ${text}`, {
    ...(name !== '' && { name }),
    ...(group !== '' && { group }),
    kind,
    causes,
  });
}

/** The generic 404 for a path no resource stands at; without details, as the real server answers it. */
export const noSuchPath = (): StatusError =>
  new StatusError(404, 'NotFound', 'the server could not find the requested resource', { causes: [] });

export const methodNotAllowed = (): StatusError =>
  new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );

export const unauthorized = (): StatusError => new StatusError(401, 'Unauthorized', 'Unauthorized');

/** A watch or a page asked for a version older than the log: the client must list again. */
export const expired = (message: string): StatusError => new StatusError(410, 'Expired', message);

/** `reason` words by HTTP number, for faults ordered with only a number. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

export const statusOfHttp = (code: number, message: string): StatusError =>
  new StatusError(code, REASONS[code] ?? 'InternalError', message);
