import type { FinalSave } from '../work/final-save.ts';
import { WorkStoreError, type WorkStore } from '../work/work-store.ts';
import { ApiFailure } from './api-failure.ts';
import type { HandlersOf } from './route.ts';

export const workHandlers = (store: WorkStore, finalSave: FinalSave): HandlersOf<'work'> => ({
  names: () => told(() => store.names()),
  read: ([name]) => told(() => store.read(name)),
  save: async ([parts, removed]) => {
    await told(() => store.save(parts, removed));
    return null;
  },
  setAside: ([name]) => told(() => store.setAside(name)),
  settled: () => {
    finalSave.settled();
    return null;
  },
});

/** Passes the reason on. */
const told = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WorkStoreError) throw new ApiFailure('failed', error.message);
    throw error;
  }
};
