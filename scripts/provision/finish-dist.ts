import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ElectronPin } from '../../src/main/electron-files/closed-network-pin.ts';

const defaultApp = fileURLToPath(new URL('./default-app', import.meta.url));

/** Turns the Electron of a finished product back into one that runs any app it is given. */
export async function finishDist(dist: string, pin: ElectronPin): Promise<void> {
  const [{ flipFuses, FuseV1Options, FuseVersion }, asar] = await Promise.all([
    import('@electron/fuses'),
    import('@electron/asar'),
  ]);
  await flipFuses(path.join(dist, 'electron'), {
    version: FuseVersion.V1,
    // Playwright drives Electron through the inspector and hangs without it.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    // The product's own snapshot is left out with the product.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
  await mkdir(path.join(dist, 'resources'), { recursive: true });
  await asar.createPackage(defaultApp, path.join(dist, 'resources', 'default_app.asar'));
  await writeFile(path.join(dist, 'version'), `v${pin.electronVersion}`);
}
