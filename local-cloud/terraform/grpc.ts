/** Unary gRPC over plain HTTP/2 on a unix socket: all of gRPC that Terraform uses to talk to a reattached provider. */
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';

/** The gRPC status numbers used here; https://grpc.io/docs/guides/status-codes/ */
export const GRPC = { unimplemented: 12, internal: 13 } as const;

/** Thrown by a handler to end the call with a status other than OK. */
export class GrpcError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

interface UnaryCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly message: Uint8Array;
  /** One session is one provider instance: an alias or a beta provider opens its own. */
  readonly session: ServerHttp2Session;
}

export type UnaryHandler = (call: UnaryCall) => Promise<Uint8Array>;

export interface GrpcServer {
  close(): Promise<void>;
}

/** 1 byte "compressed?", 4 bytes length, as gRPC over HTTP/2 frames every message. */
const FRAME_HEADER = 5;

/** Listens on `socket`; every call goes to `handler`. Rejects when the socket cannot be bound. */
export async function listenGrpc(socket: string, handler: UnaryHandler): Promise<GrpcServer> {
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    // Terraform drops the connection when it ends; that is no fault of ours.
    session.on('error', () => session.destroy());
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => stream.destroy());
    void serveStream(stream, headers[':path'] ?? '', handler);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  return { close: () => closeServer(server, sessions) };
}

async function closeServer(server: Http2Server, sessions: Set<ServerHttp2Session>): Promise<void> {
  for (const session of sessions) session.destroy();
  await new Promise((resolve) => server.close(resolve));
}

async function serveStream(stream: ServerHttp2Stream, path: string, handler: UnaryHandler): Promise<void> {
  try {
    const message = unframe(await readAll(stream));
    if (stream.session === undefined) return;
    const reply = await handler({ path, message, session: stream.session as ServerHttp2Session });
    if (!stream.destroyed) respond(stream, reply);
  } catch (error) {
    if (!stream.destroyed) refuse(stream, error);
  }
}

function respond(stream: ServerHttp2Stream, reply: Uint8Array): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(frame(reply));
}

function refuse(stream: ServerHttp2Stream, error: unknown): void {
  const code = error instanceof GrpcError ? error.code : GRPC.internal;
  const message = error instanceof Error ? error.message : String(error);
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': String(code),
      'grpc-message': encodeURIComponent(message),
    },
    { endStream: true },
  );
}

function frame(message: Uint8Array): Buffer {
  const header = Buffer.alloc(FRAME_HEADER);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

function unframe(data: Buffer): Uint8Array {
  if (data.length < FRAME_HEADER) throw new GrpcError(GRPC.internal, 'the request carries no gRPC message');
  if (data[0] !== 0) throw new GrpcError(GRPC.unimplemented, 'compressed gRPC messages are not supported');
  return data.subarray(FRAME_HEADER, FRAME_HEADER + data.readUInt32BE(1));
}

async function readAll(stream: ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
