/** The releases that are downloaded when a machine has no terraform or kubectl: version, address, checksum. */

export type Target = 'linux_amd64' | 'linux_arm64' | 'darwin_amd64' | 'darwin_arm64';

export interface Pin {
  readonly version: string;
  /** Where the publisher keeps releases; `mirror` names the variable that puts another base in its place. */
  readonly base: string;
  readonly mirror: string;
  /** Path below the base. */
  readonly path: (version: string, target: Target) => string;
  /** The name of the program inside a zip; null when the download is the program itself. */
  readonly entry: string | null;
  /** SHA-256 of the download, in hex, as the publisher's checksum file of this release has it. */
  readonly sha256: Readonly<Record<Target, string>>;
}

export const PINS: Readonly<Record<'terraform' | 'kubectl', Pin>> = {
  terraform: {
    version: '1.11.4',
    base: 'https://releases.hashicorp.com/terraform',
    mirror: 'PLUMBLINE_TERRAFORM_MIRROR',
    path: (version, target) => `${version}/terraform_${version}_${target}.zip`,
    entry: 'terraform',
    sha256: {
      linux_amd64: '1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc',
      linux_arm64: 'a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633',
      darwin_amd64: 'a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b',
      darwin_arm64: '867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18',
    },
  },
  kubectl: {
    version: '1.32.4',
    base: 'https://dl.k8s.io/release',
    mirror: 'PLUMBLINE_KUBECTL_MIRROR',
    path: (version, target) => `v${version}/bin/${target.replace('_', '/')}/kubectl`,
    entry: null,
    sha256: {
      linux_amd64: '10d739e9af8a59c9e7a730a2445916e04bc9cbb44bc79d22ce460cd329fa076c',
      linux_arm64: 'c6f96d0468d6976224f5f0d81b65e1a63b47195022646be83e49d38389d572c2',
      darwin_amd64: '061f65fe5405538f6fe8edd3c3373f479a1d59944ebf6268905535a617151d16',
      darwin_arm64: '01344900ac3c2c97a3290e9465d36f0dea20ca4533d226dfbe7c9a90e80ff9d4',
    },
  },
};

const SYSTEMS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin' };
const MACHINES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The release target of a Node platform and architecture; undefined when nothing is pinned for it. */
export function targetOf(platform: string, machine: string): Target | undefined {
  const [system, architecture] = [SYSTEMS[platform], MACHINES[machine]];
  if (system === undefined || architecture === undefined) return undefined;
  return `${system}_${architecture}` as Target;
}
