/**
 * The certificates of the local clusters: one authority per process, which every client may trust by one file, and
 * one server certificate for the loopback address that all clusters share.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { LOOPBACK } from '../core/server.ts';

export interface Certificates {
  /** PEM of the authority. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

let issued: Promise<Certificates> | undefined;

/** Keys cost a tenth of a second, so that all clusters (and all clouds of one test worker) share one pair. */
export function certificates(): Promise<Certificates> {
  issued ??= issue();
  return issued;
}

/** Where the authority of a cloud with this data directory is written: what `SSL_CERT_FILE` may point at. */
export const caFile = (dataDir: string): string => join(dataDir, 'ca.pem');

/** Writes the authority's PEM to `caFile(dataDir)`. */
export async function writeCa(dataDir: string): Promise<Certificates> {
  const all = await certificates();
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(caFile(dataDir), all.ca);
  return all;
}

async function issue(): Promise<Certificates> {
  const common = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;
  const ca = await generate([{ name: 'commonName', value: 'Plumbline local cloud' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...common,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: LOOPBACK },
        ],
      },
    ],
  });
  return { ca: ca.cert, cert: server.cert, key: server.private };
}
