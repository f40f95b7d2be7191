import path from 'node:path';
import process from 'node:process';
import { copyAssets } from 'vivarium/build';

// In a closed network: a folder with Electron's own archive.
const electronZipDir = process.env.ELECTRON_ZIP_DIR;

export default {
  packagerConfig: {
    // The lock-down's binding can't be loaded from inside of an archive.
    asar: { unpack: '**/*.node' },
    ...(electronZipDir === undefined ? {} : { electronZipDir }),
  },
  plugins: [
    {
      name: '@electron-forge/plugin-vite',
      config: {
        build: [{ entry: 'src/main.js', config: 'vite.main.config.mjs', target: 'main' }],
        renderer: [{ name: 'main_window', config: 'vite.renderer.config.mjs' }],
      },
    },
  ],
  hooks: {
    // The plugin ships no node_modules, and its CommonJS does not know where it is: what Vivarium needs at run time goes into
    // the app's own folder, where it is looked for.
    packageAfterCopy: (_config, folder, _electron, platform, arch) =>
      copyAssets(path.join(folder, 'vivarium'), { platform, arch }),
  },
};
