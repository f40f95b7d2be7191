import type { Command } from 'commander';
import { resolve } from 'node:path';
import {
  packageSourceOptionsOf,
  withMirrorOptions,
  withPackageSourceOptions,
  type PackageSourceOptions,
  type PackageSourceFlags,
} from './package-source-options.ts';

/** What `vivarium packages …` is asked to do. */
export type PackagesArguments = { readonly json: boolean; readonly packageSources: PackageSourceOptions } & (
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

interface Flags extends PackageSourceFlags {
  readonly json?: true;
  readonly all?: true;
  readonly repair?: true;
  readonly force?: true;
  readonly old?: true;
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
  const common = (flags: Flags): { json: boolean; packageSources: PackageSourceOptions } => ({
    json: flags.json ?? false,
    packageSources: packageSourceOptionsOf(flags, cwd),
  });
  const command = (usage: string, summary: string): Command =>
    packages
      .command(usage)
      .summary(summary)
      .description(summary)
      .option('--json', 'print one JSON document on stdout and nothing else');

  command('list', 'list the packages that are installed')
    .option('--all', 'also list those that can be installed')
    .action((flags: Flags) => {
      choose({ action: 'list', all: flags.all ?? false, ...common(flags) });
    });
  withPackageSourceOptions(command('install [NAME...]', 'install packages and all that they need'))
    .usage('[options] NAME... | --pack FILE')
    .action((names: string[], flags: Flags) => {
      choose({ action: 'install', names, ...common(flags) });
    });
  withPackageSourceOptions(command('verify', 'read and check everything that is installed'))
    .option('--repair', 'fetch again what is damaged or missing')
    .addHelpText('after', '\nExit codes: 0 all is well, 1 something is damaged or missing')
    .action((flags: Flags) => {
      choose({ action: 'verify', repair: flags.repair ?? false, ...common(flags) });
    });
  withMirrorOptions(
    command(
      'pack <FILE> [NAME...]',
      'write packages into one file, to be installed on other computers',
    ).option('--force', 'replace FILE'),
  )
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
