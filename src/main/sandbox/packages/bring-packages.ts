import { createHash } from 'node:crypto';
import PQueue from 'p-queue';
import type { PackagePart } from '../../../shared/protocol/package-files.ts';
import type { Wheel } from '../../packages/wheel.ts';
import type { PackageProvider } from './package-provider.ts';
import type { SidecarClient } from '../sidecar/sidecar-client.ts';

/** Packages in main's memory at once: one is read while another one is taken on. */
const AT_ONCE = 4;

/** Something that a process can have at hand, under its hash. */
export interface Supply extends Pick<PackagePart, 'sha256' | 'name' | 'kind' | 'beyond'> {
  /** Undefined where it can be done without, and can't be had. Rejects with PackageError. */
  readonly read: (signal: AbortSignal) => Promise<Uint8Array | undefined>;
}

/** The wheels themselves, each checked when it is read. */
export const suppliesOf = (wheels: readonly Wheel[], provider: Pick<PackageProvider, 'read'>): Supply[] =>
  wheels.map((wheel) => ({
    sha256: supplyKeyOf(wheel),
    name: wheel.name,
    kind: wheel.kind,
    ...(wheel.origin === 'lock' ? {} : { beyond: { withheld: [...(wheel.withheld ?? [])] } }),
    read: (signal) => provider.read(wheel, { signal }),
  }));

/**
 * Hands supplies over to a process. While one is taken on there, the next is read.
 *
 * @param missing hashes of those that the process has not
 * @returns hashes of those that can't be had, and need not be
 * @throws PackageError when one can't be read; RpcError when one is refused
 */
export const bringPackages = async (
  supplies: readonly Supply[],
  missing: readonly string[],
  sidecar: SidecarClient,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> => {
  const wanted = new Set(missing);
  const absent = new Set<string>();
  const queue = new PQueue({ concurrency: AT_ONCE });
  await queue.addAll(
    supplies
      .filter(({ sha256 }) => wanted.has(sha256))
      .map((supply) => async () => {
        const bytes = await supply.read(signal);
        if (bytes === undefined) absent.add(supply.sha256);
        else await sidecar.packages.load(supply, bytes, signal);
      }),
  );
  return absent;
};

/**
 * What a process keeps a wheel by: its hash, unless a run has named it, since less of it is withheld then. What one run
 * has named must not be what another one gets.
 */
const supplyKeyOf = ({ isNamed, sha256, withheld = [] }: Wheel): string =>
  isNamed === true
    ? createHash('sha256')
        .update(`${sha256}\n${withheld.join('\n')}`)
        .digest('hex')
    : sha256;
