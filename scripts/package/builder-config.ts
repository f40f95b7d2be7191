import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Configuration } from 'electron-builder';

export interface PackagedElectron {
  /** An unpacked Electron for the platform. */
  readonly electronDist: string;
  readonly electronVersion: string;
}

/** What a provisioned Electron has beside what belongs into an app. */
const NOT_OURS = ['vivarium-manifest.json', 'version', path.join('resources', 'default_app.asar')];

/**
 * How the app is put into its packages. Everything Python needs is in there: the first run needs no network.
 *
 * @param folder where the packages are put
 */
export const builderConfig = (electron: PackagedElectron, folder: string): Configuration => ({
  appId: 'app.vivarium.desktop',
  productName: 'Vivarium',
  copyright: 'Apache-2.0',
  directories: { output: folder },
  electronDist: electron.electronDist,
  electronVersion: electron.electronVersion,
  // Nothing has to be compiled: the native binding comes ready-made, and the lock-down checks its hash.
  npmRebuild: false,
  asar: true,
  // Native code can't be loaded from inside an archive.
  asarUnpack: ['**/*.node'],
  files: [
    'package.json',
    'LICENSE',
    'NOTICE',
    'out/{frames,main,preload,renderer,snapshots,utility}/**',
    // The command line is a program for Node and comes with the npm package.
    '!out/main/{cli,program}.js',
    '!**/*.{map,d.ts,md,ts,html}',
    'out/renderer/**/*.html',
    // Of the command line. What connects to servers of the Model Context Protocol is the app's, too.
    '!node_modules/{@modelcontextprotocol/server,commander}/**',
    '!node_modules/{typescript,@types}/**',
  ],
  afterPack: async ({ appOutDir }) => {
    for (const name of NOT_OURS) await rm(path.join(appOutDir, name), { force: true });
  },
  electronFuses: {
    // The app never runs as Node, whatever variables and switches are set.
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableCookieEncryption: true,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  },
  fileAssociations: [
    {
      ext: 'ipynb',
      name: 'Jupyter Notebook',
      mimeType: 'application/x-ipynb+json',
      role: 'Editor',
      rank: 'Alternate',
    },
    { ext: 'py', name: 'Python Script', mimeType: 'text/x-python', role: 'Editor', rank: 'Alternate' },
  ],
  linux: {
    executableName: 'vivarium',
    target: ['AppImage', 'deb'],
    category: 'Development',
    synopsis: 'Python under glass',
    maintainer: 'Vivarium',
  },
  mac: {
    target: ['dmg', 'zip'],
    category: 'public.app-category.developer-tools',
    hardenedRuntime: true,
    darkModeSupport: true,
  },
  win: { target: ['nsis'] },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
  publish: null,
});
