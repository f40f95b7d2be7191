import PQueue from 'p-queue';
import { PACKAGE_LIMITS } from '../../shared/package-files.ts';
import { PackageError } from '../packages/package-error.ts';
import type { Wheel } from '../packages/package-service.ts';
import type { PackageProvider } from './package-provider.ts';
import type { SidecarClient } from './sidecar-client.ts';

const MIB = 1024 * 1024;

/** Packages in main's memory at once: one is read while another one is unpacked. */
const AT_ONCE = 2;

/**
 * Code may ask for all packages there are. What is read, sent and unpacked for one run has an end.
 *
 * @throws PackageError `too-large`
 */
export const refuseTooLarge = (wheels: readonly Wheel[]): void => {
  const total = wheels.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= PACKAGE_LIMITS.runBytes) return;
  throw new PackageError(
    'too-large',
    `the ${wheels.length} packages of this run have ${Math.ceil(total / MIB)} MiB, and a run is given at most ` +
      `${PACKAGE_LIMITS.runBytes / MIB} MiB; let it use fewer of them, or split it up`,
  );
};

/**
 * Hands packages over to a process, each checked just now. While one is being unpacked there, the next is read:
 * however many there are, main holds two at once.
 *
 * @param missing hashes of those that the process has not
 * @throws PackageError when one can't be read, or all are too large; RpcError when one can't be unpacked
 */
export const bringPackages = async (
  wheels: readonly Wheel[],
  missing: readonly string[],
  provider: PackageProvider,
  sidecar: SidecarClient,
  signal: AbortSignal,
): Promise<void> => {
  refuseTooLarge(wheels);
  const wanted = new Set(missing);
  const queue = new PQueue({ concurrency: AT_ONCE });
  await queue.addAll(
    wheels
      .filter(({ sha256 }) => wanted.has(sha256))
      .map((wheel) => async () => sidecar.loadPackage(wheel, await provider.read(wheel, { signal }), signal)),
  );
};
