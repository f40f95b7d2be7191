import { Option, type Command } from 'commander';
import { isAbsolute, resolve } from 'node:path';
import type { PackageSettings } from '../../../shared/packages/package-settings.ts';
import type { HostPackages } from '../../../shared/protocol/host-protocol.ts';

/** Where packages may come from, beside the store and the official CDN. */
export interface PackageSourceOptions {
  /** File of an offline pack. */
  readonly pack: string | undefined;
  /** Absolute folder, or address. */
  readonly mirror: string | undefined;
  /** Address of a simple index. */
  readonly index: string | undefined;
  /** Whether only the store, the pack and the mirror are to be asked. */
  readonly offline: boolean;
}

/** The options that say it, as the user typed them. */
export interface PackageSourceFlags {
  readonly pack?: string;
  readonly mirror?: string;
  readonly index?: string;
  readonly offline?: true;
}

/** @param cwd folder that relative paths start from */
export const packageSourceOptionsOf = (
  { pack, mirror, index, offline }: PackageSourceFlags,
  cwd: string,
): PackageSourceOptions => ({
  pack: pack === undefined ? undefined : resolve(cwd, pack),
  mirror: mirror === undefined ? undefined : mirrorIn(mirror, cwd),
  index,
  offline: offline ?? false,
});

/** Adds the options to a command. */
export const withPackageSourceOptions = (command: Command): Command =>
  command
    .option('--pack <FILE>', 'look into this offline pack first')
    .addOption(mirrorOption())
    .option(
      '--index <URL>',
      'package index for packages that Pyodide does not come with (or VIVARIUM_PACKAGE_INDEX)',
    )
    .addOption(offlineOption());

/** Those of a command that is given neither a pack nor an index. */
export const withMirrorOptions = (command: Command): Command =>
  command.addOption(mirrorOption()).addOption(offlineOption());

const mirrorOption = (): Option =>
  new Option('--mirror <PLACE>', 'folder or http(s) address that holds the package files of Pyodide’s lock');

const offlineOption = (): Option =>
  new Option('--offline', 'ask neither the official CDN nor the package index');

/** Where a sandbox's packages come from: what the user has set, and what the command line says. */
export function packageSourcesFrom(
  packageSources: PackageSourceOptions,
  settings: PackageSettings,
  environment: Readonly<Record<string, string | undefined>>,
): HostPackages {
  const { mirror, offline, pack } = packageSources;
  const indexUrl = indexOf(packageSources, environment);
  return {
    settings: mirror === undefined ? settings : { ...settings, mirror },
    official: !offline,
    ...(pack === undefined ? {} : { pack }),
    ...(indexUrl === undefined ? {} : { indexUrl }),
  };
}

/** The index's address for the sources that the user gave, or undefined when there is none. */
const indexOf = (
  { index, offline }: PackageSourceOptions,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined => {
  const address = index ?? environment['VIVARIUM_PACKAGE_INDEX'] ?? '';
  return address === '' || offline ? undefined : address;
};

/** Addresses stay as they are; everything else is a folder. */
const mirrorIn = (text: string, cwd: string): string =>
  /^[a-z][a-z0-9+.-]+:\/\//iu.test(text) || isAbsolute(text) ? text : resolve(cwd, text);
