import type { Wheel } from '../packages/package-service.ts';
import type { PackageProvider } from './package-provider.ts';
import type { SidecarClient } from './sidecar-client.ts';

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
  await Promise.all(
    wheels
      .filter(({ sha256 }) => wanted.has(sha256))
      .map(async (wheel) => sidecar.loadPackage(wheel, await provider.read(wheel, { signal }), signal)),
  );
};
