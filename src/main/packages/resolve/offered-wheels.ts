import { z } from 'zod';
import { readJsonList } from '../../foreign-text/json-list.ts';
import { Yielder } from '../../foreign-text/yielder.ts';
import { OfferedWheel } from './package-entry.ts';
import { isSatisfiedBy, type Requirement } from './requirement.ts';
import { isNewer, isVersion } from './versions.ts';

/** Name of the list in a mirror: wheels beyond the lock, with the hashes that the mirror vouches for. */
export const OFFER_FILE = 'vivarium-packages.json';
export const MAX_OFFER_BYTES = 4 * 1024 * 1024;
const MAX_OFFERS = 20_000;

export const OfferFile = z.strictObject({
  format: z.literal(1),
  packages: z.array(OfferedWheel).max(MAX_OFFERS),
});
export type OfferFile = z.infer<typeof OfferFile>;

/** The newest of the wheels that will do, whichever way they come. */
export class NewestWheel {
  readonly #requirement: Requirement;
  #found: OfferedWheel | null = null;

  constructor(requirement: Requirement) {
    this.#requirement = requirement;
  }

  get found(): OfferedWheel | null {
    return this.#found;
  }

  offer(wheel: OfferedWheel): void {
    const { name, version } = wheel;
    if (name !== this.#requirement.name || !isVersion(version)) return;
    if (this.#found !== null && !isNewer(version, this.#found.version)) return;
    if (isSatisfiedBy(this.#requirement, version)) this.#found = wheel;
  }
}

/** The newest of the wheels that will do. @throws the signal's reason */
export async function chooseWheel(
  offers: Iterable<OfferedWheel>,
  requirement: Requirement,
  signal?: AbortSignal,
): Promise<OfferedWheel | null> {
  const yielder = new Yielder();
  const newest = new NewestWheel(requirement);
  for (const offer of offers) {
    newest.offer(offer);
    await yielder.pause();
    signal?.throwIfAborted();
  }
  return newest.found;
}

/** The list of a mirror. @throws Error saying what is wrong with it */
export async function parseOffers(bytes: Uint8Array): Promise<readonly OfferedWheel[]> {
  const { around, items } = await readJsonList(bytes, {
    maxBytes: MAX_OFFER_BYTES,
    key: 'packages',
    maxItems: MAX_OFFERS,
    item: OfferedWheel,
  });
  OfferFile.parse(around);
  return items;
}
