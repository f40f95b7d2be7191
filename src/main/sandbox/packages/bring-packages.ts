import { createHash } from 'node:crypto';
import PQueue from 'p-queue';
import type { PackagePart } from '../../../shared/protocol/package-files.ts';
import type { Wheel } from '../../packages/wheel.ts';
import type { PackageProvider } from './package-provider.ts';
import type { SidecarClient } from '../sidecar/sidecar-client.ts';

/** Packages in main's memory at once: the next one is read while one is being sent. */
const AT_ONCE = 4;

/** A file that can be sent to a process, which keeps it under its hash. */
export interface Supply extends Pick<PackagePart, 'sha256' | 'name' | 'kind' | 'beyond'> {
  /** Undefined when the file is optional and not available. Rejects with PackageError. */
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
 * Sends files to a process. The next one is read while one is being received there.
 *
 * @param missing hashes of the files that the process does not have
 * @returns hashes of the optional files that are not available
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
 * Key under which a process keeps a wheel: its hash or, when a run named the package, a hash that covers what is withheld of it,
 * which is less then. Runs that did not name the package must not get those files.
 */
const supplyKeyOf = ({ isNamed, sha256, withheld = [] }: Wheel): string =>
  isNamed === true
    ? createHash('sha256')
        .update(`${sha256}\n${withheld.join('\n')}`)
        .digest('hex')
    : sha256;
