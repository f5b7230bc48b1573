/** A publisher on loopback and a release to serve: what the download tests need, small enough to be exact. */
import { createHash } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { PINS, type Pin } from '../../../reconciler/tools/pins.ts';

/** A program that answers `terraform version -json` as Terraform does. */
export const fakeTerraform = (version: string): Buffer =>
  Buffer.from(`#!/bin/sh\necho '{"terraform_version":"${version}","platform":"any"}'\n`);

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Terraform's pin with the checksum of these bytes instead of the real release's. */
export function pinFor(bytes: Buffer): Pin {
  const sum = sha256(bytes);
  return {
    ...PINS.terraform,
    sha256: { linux_amd64: sum, linux_arm64: sum, darwin_amd64: sum, darwin_arm64: sum },
  };
}

/** A zip with these files, deflated or stored, as publishers make them. */
export function zipOf(
  files: Readonly<Record<string, Buffer>>,
  method: 'deflated' | 'stored' = 'deflated',
): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const data = method === 'deflated' ? deflateRawSync(content) : content;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method === 'deflated' ? 8 : 0, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(Buffer.byteLength(name), 28);
    entry.writeUInt32LE(offset, 42);
    bodies.push(local, Buffer.from(name), data);
    directory.push(entry, Buffer.from(name));
    offset += local.length + Buffer.byteLength(name) + data.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, index, end]);
}

/** Serves until closed. */
export async function publisher(
  answer: RequestListener,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
