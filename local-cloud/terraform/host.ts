/**
 * Attaches the `hashicorp/google` stand-in to real Terraform. Every build step gets a socket of its own, because a
 * reattached provider does not see the environment of the step that uses it.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cloud } from '../core/cloud.ts';
import type { TerraformHost } from '../core/parts.ts';
import { listenGrpc, type GrpcServer } from './grpc.ts';
import { createProvider } from './provider.ts';

/** Bytes a unix socket path may have on every system we run on (macOS: 104 with the final zero). */
const MAX_SOCKET_PATH = 103;

export function createTerraformHost(cloud: Cloud): TerraformHost {
  const open = new Map<string, GrpcServer>();

  const close = async (socket: string): Promise<void> => {
    const server = open.get(socket);
    if (!server) return;
    open.delete(socket);
    await server.close();
    rmSync(socket, { force: true });
  };

  return {
    attach: async (step) => {
      const socket = newSocketPath();
      open.set(socket, await listenGrpc(socket, createProvider(cloud, step)));
      return { env: { TF_REATTACH_PROVIDERS: reattach(socket) }, close: () => close(socket) };
    },
    close: async () => {
      await Promise.all([...open.keys()].map(close));
    },
  };
}

function newSocketPath(): string {
  const path = join(tmpdir(), `plumb-tf-${randomBytes(6).toString('hex')}.sock`);
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
    throw new Error(
      `the socket path ${path} is longer than ${MAX_SOCKET_PATH} bytes: set TMPDIR to a shorter folder and start again`,
    );
  }
  return path;
}

/**
 * The value of TF_REATTACH_PROVIDERS. `Test: true` keeps Terraform from killing our process when it closes the
 * provider; `Pid` must name a live process or Terraform refuses to attach.
 */
function reattach(socket: string): string {
  const address = {
    Protocol: 'grpc',
    ProtocolVersion: 5,
    Pid: process.pid,
    Test: true,
    Addr: { Network: 'unix', String: socket },
  };
  return JSON.stringify({ 'hashicorp/google': address, 'hashicorp/google-beta': address });
}
