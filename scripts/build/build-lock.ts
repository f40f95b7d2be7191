import path from 'node:path';
import { withLock } from '../shared/lock.ts';
import type { Log } from '../shared/log.ts';

export interface LockedProject {
  readonly root: string;
  readonly log: Log;
}

/** Whatever writes to out/ does so alone. */
export function withBuildLock<T>({ log, root }: LockedProject, action: () => Promise<T>): Promise<T> {
  const lockPath = path.join(root, 'node_modules', '.vivarium-build.lock');
  return withLock({ lockPath, purpose: 'building Vivarium', log }, action);
}
