/** Google's error vocabulary: canonical codes, their HTTP numbers, and the body every service answers with. */

export const CANONICAL = {
  CANCELLED: { grpc: 1, http: 499 },
  INVALID_ARGUMENT: { grpc: 3, http: 400 },
  DEADLINE_EXCEEDED: { grpc: 4, http: 504 },
  NOT_FOUND: { grpc: 5, http: 404 },
  ALREADY_EXISTS: { grpc: 6, http: 409 },
  PERMISSION_DENIED: { grpc: 7, http: 403 },
  RESOURCE_EXHAUSTED: { grpc: 8, http: 429 },
  FAILED_PRECONDITION: { grpc: 9, http: 400 },
  ABORTED: { grpc: 10, http: 409 },
  OUT_OF_RANGE: { grpc: 11, http: 400 },
  UNIMPLEMENTED: { grpc: 12, http: 501 },
  INTERNAL: { grpc: 13, http: 500 },
  UNAVAILABLE: { grpc: 14, http: 503 },
  UNAUTHENTICATED: { grpc: 16, http: 401 },
} as const;

export type CanonicalStatus = keyof typeof CANONICAL;

/** google.rpc.Status as it stands inside a failed operation. */
export interface RpcStatus {
  code: number;
  message: string;
  details?: unknown[];
}

/** Thrown by handlers; the server turns it into the standard error body. */
export class ApiError extends Error {
  readonly status: CanonicalStatus;
  readonly httpStatus: number;
  readonly details: unknown[];
  /** The `errors[].reason` word of the older JSON APIs (storage, compute), e.g. `notFound`. */
  readonly reason: string | undefined;

  constructor(
    status: CanonicalStatus,
    message: string,
    options: { httpStatus?: number; details?: unknown[]; reason?: string } = {},
  ) {
    super(message);
    this.status = status;
    this.httpStatus = options.httpStatus ?? CANONICAL[status].http;
    this.details = options.details ?? [];
    this.reason = options.reason;
  }

  get rpc(): RpcStatus {
    return {
      code: CANONICAL[this.status].grpc,
      message: this.message,
      ...(this.details.length > 0 && { details: this.details }),
    };
  }

  get body(): object {
    return {
      error: {
        code: this.httpStatus,
        message: this.message,
        status: this.status,
        ...(this.reason !== undefined && {
          errors: [{ message: this.message, domain: 'global', reason: this.reason }],
        }),
        ...(this.details.length > 0 && { details: this.details }),
      },
    };
  }
}

/** The canonical word for an HTTP number; what an ordered fault answers with when only a number was given. */
export function statusOfHttp(http: number): CanonicalStatus {
  for (const [status, codes] of Object.entries(CANONICAL)) {
    if (codes.http === http) return status as CanonicalStatus;
  }
  return http >= 500 ? 'INTERNAL' : 'FAILED_PRECONDITION';
}

export const notFound = (what: string): ApiError =>
  new ApiError('NOT_FOUND', `${what} was not found`, { reason: 'notFound' });
