/** Spanner's errors as StoreErrors that say what, where, and how to go on. */
import { StoreError } from '../store.ts';

/** gRPC status codes, https://grpc.io/docs/guides/status-codes/. */
export const CODE = {
  cancelled: 1,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const RETRYABLE: readonly number[] = [
  CODE.deadlineExceeded,
  CODE.resourceExhausted,
  CODE.aborted,
  CODE.unavailable,
];

/** The gRPC code of an error of the client; undefined for any other error. */
export function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'number' ? code : undefined;
}

/** `where`: e.g. `spanner emulator at 127.0.0.1:9010`. Errors that are not Spanner's pass through. */
export function toStoreError(error: unknown, where: string, database: string): unknown {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  if (code === undefined) return error;
  const message = detailsOf(error);
  return new StoreError(`${where}: ${message}; ${cureFor(code, message, database)}`, {
    retryable: RETRYABLE.includes(code),
    cause: error,
  });
}

/** A call that got no answer in time. */
export const unreachable = (where: string, seconds: number, cause?: unknown): StoreError =>
  new StoreError(
    `${where} did not answer within ${seconds} s; check the network and the address, or choose another store`,
    { retryable: true, cause },
  );

function cureFor(code: number, message: string, database: string): string {
  switch (code) {
    case CODE.notFound:
      if (/table not found/i.test(message)) return 'run its migrations first';
      return `check that ${database} exists; create it with "gcloud spanner databases create"`;
    case CODE.permissionDenied:
      return `grant this identity roles/spanner.databaseUser on ${database}`;
    case CODE.unauthenticated:
      return 'sign in with "gcloud auth application-default login"';
    default:
      return RETRYABLE.includes(code) ? 'try again' : 'the request itself was refused';
  }
}

/** Without the code that gRPC puts in front, on one line. */
function detailsOf(error: unknown): string {
  const { details } = error as { details?: unknown };
  const text = typeof details === 'string' && details !== '' ? details : (error as Error).message;
  return text.replaceAll(/\s+/g, ' ').replace(/[.;]$/, '');
}
