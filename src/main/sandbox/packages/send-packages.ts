import { createHash } from 'node:crypto';
import PQueue from 'p-queue';
import type { PackagePart } from '../../../shared/protocol/package-parts.ts';
import type { Wheel } from '../../packages/wheel.ts';
import type { PackageProvider } from './package-provider.ts';
import type { SidecarClient } from '../sidecar/sidecar-client.ts';

/** Packages in main's memory at once: the next one is read while one is being sent. */
const AT_ONCE = 4;

/** A file that can be sent to a process, which keeps it under its hash. */
export interface PackageTransfer extends Pick<PackagePart, 'sha256' | 'name' | 'kind' | 'restrictions'> {
  /** Undefined when the file is optional and not available. Rejects with PackageError. */
  readonly read: (signal: AbortSignal) => Promise<Uint8Array | undefined>;
}

/** The wheels themselves, each checked when it is read. */
export const packageTransfersOf = (
  wheels: readonly Wheel[],
  provider: Pick<PackageProvider, 'read'>,
): PackageTransfer[] =>
  wheels.map((wheel) => ({
    sha256: transferKeyOf(wheel),
    name: wheel.name,
    kind: wheel.kind,
    ...(wheel.origin === 'lock' ? {} : { restrictions: { withheld: [...(wheel.withheld ?? [])] } }),
    read: (signal) => provider.read(wheel, { signal }),
  }));

/**
 * Sends files to a process. The next one is read while one is being received there.
 *
 * @param missing hashes of the files that the process does not have
 * @returns hashes of the optional files that are not available
 * @throws PackageError when one can't be read; RpcError when one is refused
 */
export const sendPackages = async (
  transfers: readonly PackageTransfer[],
  missing: readonly string[],
  sidecar: SidecarClient,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> => {
  const wanted = new Set(missing);
  const absent = new Set<string>();
  const queue = new PQueue({ concurrency: AT_ONCE });
  await queue.addAll(
    transfers
      .filter(({ sha256 }) => wanted.has(sha256))
      .map((transfer) => async () => {
        const bytes = await transfer.read(signal);
        if (bytes === undefined) absent.add(transfer.sha256);
        else await sidecar.packages.load(transfer, bytes, signal);
      }),
  );
  return absent;
};

/**
 * Key under which a process keeps a wheel: its hash or, when a run named the package, a hash that covers what is withheld of it,
 * which is less then. Runs that did not name the package must not get those files.
 */
const transferKeyOf = ({ isNamed, sha256, withheld = [] }: Wheel): string =>
  isNamed === true
    ? createHash('sha256')
        .update(`${sha256}\n${withheld.join('\n')}`)
        .digest('hex')
    : sha256;
