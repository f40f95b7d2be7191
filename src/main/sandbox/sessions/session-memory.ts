import type { SessionMemory } from '../../../shared/contract/run.ts';
import type { SessionRegistry } from './session-registry.ts';

/** What each named session uses for its data, files and objects, as it was measured last; in the order of their names. */
export const sessionMemory = async (interpreters: SessionRegistry): Promise<SessionMemory[]> => {
  const sidecars = new Set(interpreters.names.map((session) => interpreters.find(session)?.sidecar));
  const readings = await Promise.all(
    // One that is gone has no sessions any more.
    [...sidecars].map(async (sidecar) => (await sidecar?.interpreterMiB().catch(() => null)) ?? new Map()),
  );
  const all = new Map<string, number>(readings.flatMap((reading) => [...reading]));
  return interpreters.names.flatMap((session) => {
    const usedMiB = all.get(interpreters.find(session)?.id ?? '');
    return usedMiB === undefined ? [] : [{ session, usedMiB }];
  });
};
