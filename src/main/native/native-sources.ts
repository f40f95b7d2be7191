import { SHARED_SOURCES } from '../../shared/python/sources.ts';
import lifeline from './python/lifeline.py?raw';
import nativeRun from './python/native_run.py?raw';

/** The Python of a native run: sources by the names of their modules. start.py loads them. */
export const NATIVE_SOURCES: Readonly<Record<string, string>> = {
  ...SHARED_SOURCES,
  lifeline,
  native_run: nativeRun,
};
