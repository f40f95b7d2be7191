import PQueue from 'p-queue';
import type { Wheel } from '../packages/package-service.ts';
import type { PackageProvider } from './package-provider.ts';
import type { SidecarClient } from './sidecar-client.ts';

/** Packages in main's memory at once: one is read while another one is unpacked. */
const AT_ONCE = 2;

/**
 * Hands packages over to a process, each checked just now. While one is being unpacked there, the next is read.
 *
 * @param missing hashes of those that the process has not
 * @throws PackageError when one can't be read; RpcError when one can't be unpacked
 */
export const bringPackages = async (
  wheels: readonly Wheel[],
  missing: readonly string[],
  provider: PackageProvider,
  sidecar: SidecarClient,
  signal: AbortSignal,
): Promise<void> => {
  const wanted = new Set(missing);
  const queue = new PQueue({ concurrency: AT_ONCE });
  await queue.addAll(
    wheels
      .filter(({ sha256 }) => wanted.has(sha256))
      .map((wheel) => async () => sidecar.loadPackage(wheel, await provider.read(wheel, { signal }), signal)),
  );
};
