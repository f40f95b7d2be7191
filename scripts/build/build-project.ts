import { rm } from 'node:fs/promises';
import path from 'node:path';
import { SHIPPED_SNAPSHOTS } from './baseline-snapshot.ts';
import { withBuildLock } from './build-lock.ts';
import type { Log } from '../shared/log.ts';
import type { ProgramResult } from '../shared/run-program.ts';
import { SetupError } from '../shared/setup-error.ts';
import { currentFingerprints, isStale, removeStamp, writeStamp } from './build-stamp.ts';

export interface BuildProject {
  root: string;
  log: Log;
  /** Runs the bundler. */
  bundle: () => Promise<ProgramResult>;
}

/** Builds when the sources changed since the last build; true when it did. */
export async function buildProjectIfStale(project: BuildProject): Promise<boolean> {
  if (!(await isStale(project.root))) return false;
  // Whoever waited finds that the other one has built already.
  return withBuildLock(project, async () => {
    if (!(await isStale(project.root))) return false;
    await buildNow(project);
    return true;
  });
}

export async function buildProject(project: BuildProject): Promise<void> {
  await withBuildLock(project, () => buildNow(project));
}

async function buildNow(project: BuildProject): Promise<void> {
  project.log('building Vivarium …');
  // Taken first: what is edited while the bundler runs makes the build stale.
  const fingerprints = await currentFingerprints(project.root);
  // An interrupted build leaves a mixture of old and new files, which must not pass for the old build.
  await removeStamp(project.root);
  await rm(path.join(project.root, SHIPPED_SNAPSHOTS), { recursive: true, force: true });
  const result = await project.bundle();
  if (result.code !== 0) {
    throw new SetupError(
      `the build failed. Mend what it names, then run this again. electron-vite said:\n${result.stdout}${result.stderr}`,
    );
  }
  await writeStamp(project.root, fingerprints);
}
