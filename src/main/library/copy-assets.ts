/** `vivarium/build`: for scripts that build or pack an app. */
import { cp, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { findAssets } from './find-assets.ts';

export interface CopyAssetsOptions {
  /** Of the computers that the app is for; by default this one. */
  readonly platform?: string;
  readonly arch?: string;
}

/**
 * Copies all that a sandbox needs at run time into a folder, for apps that are shipped without `node_modules`. Called
 * `vivarium`, it is found beside the bundle and among a packaged app's resources; otherwise name it by `assetsDir`.
 *
 * @throws VivariumError `assets-missing`
 */
export const copyAssets = async (
  target: string,
  { arch = process.arch, platform = process.platform }: CopyAssetsOptions = {},
): Promise<void> => {
  const source = findAssets(undefined, {
    moduleUrl: import.meta.url,
    programFolders: [],
    resourcesFolder: undefined,
  });
  await mkdir(target, { recursive: true });
  await cp(path.join(source, 'utility'), path.join(target, 'utility'), { recursive: true });
  await cp(
    path.join(source, 'lib', 'registered-preload.cjs'),
    path.join(target, 'lib', 'registered-preload.cjs'),
  );
  if (platform !== 'linux') return;
  const { resolve } = createRequire(path.join(source, 'lib', 'build.js'));
  const name = path.join(`linux_${arch}`, 'koffi.node');
  let binding;
  try {
    binding = resolve(`@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`);
  } catch {
    // There is none for such computers; createSandbox says so where one is wanted.
    return;
  }
  await cp(binding, path.join(target, 'native', name));
};
