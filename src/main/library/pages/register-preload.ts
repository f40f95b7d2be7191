import { existsSync } from 'node:fs';
import path from 'node:path';
import { VivariumError } from '../errors.ts';

/** What is used of a session; since Electron 35 it keeps a list, before that there is one list to be replaced. */
export interface PreloadSession {
  registerPreloadScript?(script: { readonly type: 'frame'; readonly filePath: string }): string;
  unregisterPreloadScript?(id: string): void;
  getPreloads?(): string[];
  setPreloads?(files: string[]): void;
}

/** Beside those that the app has put in. Returns what takes it away again. */
export const addPreload = (session: PreloadSession, filePath: string): (() => void) => {
  if (session.registerPreloadScript !== undefined) {
    const id = session.registerPreloadScript({ type: 'frame', filePath });
    return () => session.unregisterPreloadScript?.(id);
  }
  const others = (): string[] => (session.getPreloads?.() ?? []).filter((file) => file !== filePath);
  session.setPreloads?.([...others(), filePath]);
  return () => session.setPreloads?.(others());
};

/**
 * Electron reads it from disk. @param assetsDir of the sandbox: the preload is of the same version
 *
 * @throws VivariumError `assets-missing`
 */
export const preloadFile = (assetsDir: string): string => {
  const file = path.join(assetsDir, 'lib', 'registered-preload.cjs');
  if (existsSync(file)) return file;
  throw new VivariumError(
    'assets-missing',
    `the preload is not in ${path.dirname(file)}; copy all that copyAssets() copies`,
  );
};
