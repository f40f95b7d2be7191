import { PACKAGE_LIMITS } from '../../../shared/protocol/package-limits.ts';
import { PackageError } from '../../packages/package-error.ts';
import type { Wheel } from '../../packages/wheel.ts';
import { MIB } from '../../../shared/units.ts';

/**
 * Code may ask for all packages that exist, so what is read, sent and unpacked for one run is limited.
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
