/**
 * The command line. Everything is checked here before anything is started; the sandbox and the window come
 * in as functions, so the same front serves the plain Node program and the packaged app.
 */
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { formatOfName } from '../../shared/ipc/documents.ts';
import type { CliDependencies } from './dependencies.ts';
import { defineDoctor, runDoctor, type DoctorArguments } from './commands/doctor.ts';
import { EXIT_CODES } from './output/exit-codes.ts';
import type { RunArguments } from './commands/prepare-run.ts';
import { defineMcp, runMcp, type McpArguments } from './commands/mcp.ts';
import { definePackages, type PackagesArguments } from './commands/packages.ts';
import { oneLine } from '../foreign-text/printable.ts';
import { defineRun, runScript } from './commands/run.ts';
import { CommandOutput, outputExitCode } from './terminal/stdio.ts';
import { messageOf } from '../base/system-error.ts';
import { UsageError } from './usage-error.ts';

export type { CliDependencies, CliIo, SandboxOptions } from './dependencies.ts';

type Choice =
  /** With the documents at these paths. */
  | { readonly kind: 'window'; readonly documents: readonly string[] }
  | { readonly kind: 'run'; readonly args: RunArguments }
  | { readonly kind: 'doctor'; readonly args: DoctorArguments }
  | { readonly kind: 'mcp'; readonly args: McpArguments }
  | { readonly kind: 'packages'; readonly args: PackagesArguments }
  | { readonly kind: 'print'; readonly text: string };

/**
 * Carries out one command line.
 *
 * @param argv what follows the program's name
 * @returns the exit code, once all output has left the process; the caller ends the process with it
 */
export async function runCli(argv: readonly string[], dependencies: CliDependencies): Promise<number> {
  try {
    const choice = parse(argv, dependencies);
    switch (choice.kind) {
      case 'window':
        return await dependencies.openWindow(choice.documents);
      case 'run':
        return await runScript(choice.args, dependencies);
      case 'doctor':
        return await runDoctor(choice.args, dependencies);
      case 'mcp':
        return await runMcp(choice.args, dependencies);
      case 'packages': {
        // Only this command pays for loading it.
        const { runPackages } = await import('./commands/run-packages.ts');
        return await runPackages(choice.args, dependencies);
      }
      case 'print':
        return await print(choice.text, dependencies);
    }
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const out = new CommandOutput(dependencies.io, () => undefined);
    await out.notice(isUsage ? error.message : `failed: ${oneLine(messageOf(error))}`);
    await out.flush();
    return isUsage ? EXIT_CODES.usage : EXIT_CODES.failed;
  }
}

function parse(all: readonly string[], dependencies: CliDependencies): Choice {
  // What follows is the script's own, whatever it looks like.
  const dashes = all[0] === 'run' ? all.indexOf('--') : -1;
  const argv = dashes === -1 ? all : all.slice(0, dashes);
  if (argv.every(isDocument))
    return { kind: 'window', documents: argv.map((file) => path.resolve(dependencies.io.cwd, file)) };
  let choice = null as Choice | null;
  let text = '';
  const program = new Command('vivarium');
  // Set before the subcommands are made, which inherit it.
  program
    .exitOverride()
    .configureOutput({
      writeOut: (part) => {
        text += part;
      },
      // Errors arrive as exceptions too; they are printed once, in our own form.
      writeErr: () => undefined,
      getOutHelpWidth: () => dependencies.io.columns,
      getOutHasColors: () => false,
    })
    .description(
      'Untrusted Python under glass. Without a command, the window opens, with the notebooks and scripts that are named.',
    )
    .version(dependencies.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    // Otherwise `vivarium run x.py --version` would print the version and run nothing.
    .enablePositionalOptions();
  defineRun(program, dependencies.io.cwd, dashes === -1 ? [] : all.slice(dashes + 1), (args) => {
    choice = { kind: 'run', args };
  });
  defineDoctor(program, (args) => {
    choice = { kind: 'doctor', args };
  });
  definePackages(program, dependencies.io.cwd, (args) => {
    choice = { kind: 'packages', args };
  });
  defineMcp(program, dependencies.io.cwd, (args) => {
    choice = { kind: 'mcp', args };
  });
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'print', text };
    throw usageErrorOf(error);
  }
  return choice ?? { kind: 'window', documents: [] };
}

const isDocument = (argument: string): boolean =>
  !argument.startsWith('-') && formatOfName(argument) !== null;

function usageErrorOf(error: CommanderError): UsageError {
  const help = 'see "vivarium --help"';
  if (error.code === 'commander.help') return new UsageError(`no command was given; ${help}`);
  const [what = '', ...hints] = error.message.replace(/^error: /u, '').split('\n');
  if (error.code === 'commander.excessArguments') hints.push('arguments of the script come after "--"');
  return new UsageError([oneLine(what), ...hints.map(oneLine), help].join('; '));
}

async function print(text: string, dependencies: CliDependencies): Promise<number> {
  const out = new CommandOutput(dependencies.io, () => undefined);
  await out.stdout.writeTrusted(text);
  await out.flush();
  return (await outputExitCode(out)) ?? EXIT_CODES.ok;
}
