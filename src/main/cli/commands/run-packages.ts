import { PackageError, type PackageErrorCode } from '../../packages/package-error.ts';
import type { CliDependencies } from '../dependencies.ts';
import { EXIT_CODES, type ExitCode } from '../output/exit-codes.ts';
import { runInterruptible } from '../terminal/interruptible.ts';
import { runPackagesAction, type ActionResult } from './packages-actions.ts';
import type { PackagesArguments } from './packages.ts';
import { oneLine } from '../../foreign-text/printable.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import type { CommandOutput } from '../terminal/stdio.ts';

/** What was found damaged, in `packages verify`. */
const EXIT_DAMAGE = 1;

/** Carries out `vivarium packages`. Returns once everything is printed. */
export function runPackages(args: PackagesArguments, dependencies: CliDependencies): Promise<number> {
  return runInterruptible(dependencies.io, {
    perform: (out, stop) => perform(args, dependencies, out, stop),
  });
}

async function perform(
  args: PackagesArguments,
  dependencies: CliDependencies,
  out: CommandOutput,
  stop: AbortSignal,
): Promise<number> {
  const progress = new ProgressLine(out.stderr, dependencies.io.columns);
  let result: ActionResult;
  try {
    const tool = await dependencies.openPackages(args.packageSources);
    try {
      result = await runPackagesAction(args, tool, progress, stop);
    } finally {
      await tool.service.close();
    }
  } catch (error) {
    progress.end();
    if (!(error instanceof PackageError)) throw error;
    if (args.json) await print({ error: documentOf(error) }, out);
    else await out.notice(oneLine(error.message));
    return exitCodeOf(error.code);
  }
  progress.end();
  if (args.json) await print(result.document, out);
  else await out.stdout.writeTrusted(result.lines.map((line) => `${line}\n`).join(''));
  return result.damage ? EXIT_DAMAGE : EXIT_CODES.ok;
}

const print = (document: Readonly<Record<string, unknown>>, out: CommandOutput): Promise<void> =>
  out.stdout.writeTrusted(`${JSON.stringify(document, null, 2)}\n`);

const documentOf = (error: PackageError): Readonly<Record<string, unknown>> => ({
  code: error.code,
  message: error.message,
  package: error.packageName,
});

function exitCodeOf(code: PackageErrorCode): ExitCode {
  switch (code) {
    case 'bad-requirement':
    case 'bad-settings':
    case 'unknown-package':
      return EXIT_CODES.usage;
    case 'cancelled':
      return EXIT_CODES.cancelled;
    case 'timed-out':
      return EXIT_CODES.timeout;
    case 'not-allowed':
    case 'auto-install-off':
    case 'version-unavailable':
    case 'bad-script-metadata':
    case 'too-large':
    case 'no-source':
    case 'hash-mismatch':
    case 'bad-lock':
    case 'bad-pack':
    case 'bad-wheel':
    case 'files-clash':
    case 'store-full':
    case 'store-unwritable':
    case 'store-unreadable':
      return EXIT_CODES.failed;
  }
}
