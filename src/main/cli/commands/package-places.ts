import type { Command } from 'commander';
import { isAbsolute, resolve } from 'node:path';

/** Where packages may come from, beside the store and the official CDN. */
export interface PackagePlaces {
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
export interface PlaceFlags {
  readonly pack?: string;
  readonly mirror?: string;
  readonly index?: string;
  readonly offline?: true;
}

/** @param cwd folder that relative paths start from */
export const placesOf = ({ pack, mirror, index, offline }: PlaceFlags, cwd: string): PackagePlaces => ({
  pack: pack === undefined ? undefined : resolve(cwd, pack),
  mirror: mirror === undefined ? undefined : mirrorIn(mirror, cwd),
  index,
  offline: offline ?? false,
});

/** Adds the options to a command. */
export const withPlaces = (command: Command): Command =>
  command
    .option('--pack <FILE>', 'look into this offline pack first')
    .option('--mirror <PLACE>', 'folder or http(s) address that holds the package files of Pyodide’s lock')
    .option(
      '--index <URL>',
      'package index for packages that Pyodide does not come with (or VIVARIUM_PACKAGE_INDEX)',
    )
    .option('--offline', 'ask neither the official CDN nor the package index');

/** The index's address for places that the user gave, or undefined when there is none. */
export const indexOf = (
  { index, offline }: PackagePlaces,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined => {
  const address = index ?? environment['VIVARIUM_PACKAGE_INDEX'] ?? '';
  return address === '' || offline ? undefined : address;
};

/** Addresses stay as they are; everything else is a folder. */
const mirrorIn = (text: string, cwd: string): string =>
  /^[a-z][a-z0-9+.-]+:\/\//iu.test(text) || isAbsolute(text) ? text : resolve(cwd, text);
