import { z } from 'zod';
import { OfferedWheel } from './package-entry.ts';
import { isSatisfiedBy, type Requirement } from './requirement.ts';
import { byVersionDescending, isVersion } from './versions.ts';

/** Name of the list in a mirror: wheels beyond the lock, with the hashes that the mirror vouches for. */
export const OFFER_FILE = 'vivarium-packages.json';
export const MAX_OFFER_BYTES = 4 * 1024 * 1024;

export const OfferFile = z.strictObject({
  format: z.literal(1),
  packages: z.array(OfferedWheel).max(20_000),
});
export type OfferFile = z.infer<typeof OfferFile>;

/** The newest of the wheels that will do. */
export function chooseWheel(offers: readonly OfferedWheel[], requirement: Requirement): OfferedWheel | null {
  const suitable = offers.filter(
    ({ name, version }) =>
      name === requirement.name && isVersion(version) && isSatisfiedBy(requirement, version),
  );
  return suitable.sort((left, right) => byVersionDescending(left.version, right.version))[0] ?? null;
}

/** The list of a mirror. @throws Error saying what is wrong with it */
export function parseOffers(bytes: Uint8Array): readonly OfferedWheel[] {
  return OfferFile.parse(JSON.parse(new TextDecoder().decode(bytes))).packages;
}
