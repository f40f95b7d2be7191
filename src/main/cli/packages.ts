import type { Command } from 'commander';
import { isAbsolute, resolve } from 'node:path';
import type { PackagePlaces } from './package-tool.ts';

/** What `vivarium packages …` is asked to do. */
export type PackagesArguments = { readonly json: boolean; readonly places: PackagePlaces } & (
  | { readonly action: 'list'; readonly all: boolean }
  | { readonly action: 'install'; readonly names: readonly string[] }
  | { readonly action: 'verify'; readonly repair: boolean }
  | {
      readonly action: 'pack';
      readonly file: string;
      readonly names: readonly string[];
      readonly force: boolean;
    }
  | { readonly action: 'clear'; readonly old: boolean }
);

interface Flags {
  readonly json?: true;
  readonly all?: true;
  readonly repair?: true;
  readonly force?: true;
  readonly old?: true;
  readonly pack?: string;
  readonly mirror?: string;
  readonly index?: string;
  readonly offline?: true;
}

/** Adds `vivarium packages` to the program; `choose` gets the arguments when it is the command given. */
export function definePackages(
  program: Command,
  cwd: string,
  choose: (args: PackagesArguments) => void,
): void {
  const packages = program
    .command('packages')
    .helpCommand(false)
    .summary('list, install, check, pack and remove Python packages')
    .description(
      'The Python packages of the sandbox. Every file is checked by its SHA-256 before it is used. ' +
        'HTTP_PROXY, HTTPS_PROXY and NO_PROXY are respected.',
    );
  const common = (flags: Flags): { json: boolean; places: PackagePlaces } => ({
    json: flags.json ?? false,
    places: {
      pack: flags.pack === undefined ? undefined : resolve(cwd, flags.pack),
      mirror: flags.mirror === undefined ? undefined : mirrorIn(flags.mirror, cwd),
      index: flags.index,
      offline: flags.offline ?? false,
    },
  });
  const command = (usage: string, summary: string): Command =>
    packages
      .command(usage)
      .summary(summary)
      .description(summary)
      .option('--json', 'print one JSON document on stdout and nothing else');
  const fetching = (made: Command): Command =>
    made
      .option('--pack <FILE>', 'look into this offline pack first')
      .option('--mirror <PLACE>', 'folder or http(s) address that holds the files of the package lock')
      .option('--index <URL>', 'package index for what the lock does not know (or VIVARIUM_PACKAGE_INDEX)')
      .option('--offline', 'ask neither the official CDN nor the package index');

  command('list', 'list the packages that are installed')
    .option('--all', 'also list those that can be installed')
    .action((flags: Flags) => {
      choose({ action: 'list', all: flags.all ?? false, ...common(flags) });
    });
  fetching(command('install [NAME...]', 'install packages and all that they need'))
    .usage('[options] NAME... | --pack FILE')
    .action((names: string[], flags: Flags) => {
      choose({ action: 'install', names, ...common(flags) });
    });
  fetching(command('verify', 'read and check everything that is installed'))
    .option('--repair', 'fetch again what is damaged or missing')
    .addHelpText('after', '\nExit codes: 0 all is well, 1 something is damaged or missing')
    .action((flags: Flags) => {
      choose({ action: 'verify', repair: flags.repair ?? false, ...common(flags) });
    });
  command('pack <FILE> [NAME...]', 'write packages into one file, to be installed on other computers')
    .option('--force', 'replace FILE')
    .option('--mirror <PLACE>', 'folder or http(s) address that holds the files of the package lock')
    .option('--offline', 'ask neither the official CDN nor the package index')
    .usage('[options] FILE [NAME...]')
    .action((file: string, names: string[], flags: Flags) => {
      choose({
        action: 'pack',
        file: resolve(cwd, file),
        names,
        force: flags.force ?? false,
        ...common(flags),
      });
    });
  command('clear', 'remove all packages')
    .option('--old', 'only remove those of older versions of Pyodide')
    .action((flags: Flags) => {
      choose({ action: 'clear', old: flags.old ?? false, ...common(flags) });
    });
}

/** Addresses stay as they are; everything else is a folder. */
const mirrorIn = (text: string, cwd: string): string =>
  /^[a-z][a-z0-9+.-]+:\/\//iu.test(text) || isAbsolute(text) ? text : resolve(cwd, text);
