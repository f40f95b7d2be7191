import type { HostPackages } from '../../../shared/protocol/host-protocol.ts';
import type { PackageSettings } from '../../../shared/packages/package-settings.ts';
import { indexOf, type PackagePlaces } from './package-places.ts';

/** Where a sandbox's packages come from: what the user has set, and what the command line says. */
export function packagesFrom(
  places: PackagePlaces,
  settings: PackageSettings,
  environment: Readonly<Record<string, string | undefined>>,
): HostPackages {
  const { mirror, offline, pack } = places;
  const indexUrl = indexOf(places, environment);
  return {
    settings: mirror === undefined ? settings : { ...settings, mirror },
    official: !offline,
    ...(pack === undefined ? {} : { pack }),
    ...(indexUrl === undefined ? {} : { indexUrl }),
  };
}
