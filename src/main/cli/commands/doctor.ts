import type { Command } from 'commander';
import type { CliDependencies } from '../dependencies.ts';
import { doctorText } from './doctor-report.ts';
import { EXIT_CODES, type ExitCode } from '../output/exit-codes.ts';
import { reportJson } from '../output/report.ts';
import { CommandOutput, outputExitCode } from '../terminal/stdio.ts';

export interface DoctorArguments {
  readonly json: boolean;
}

/** Adds `vivarium doctor` to the program; `choose` gets the arguments when it is the command given. */
export function defineDoctor(program: Command, choose: (args: DoctorArguments) => void): void {
  program
    .command('doctor')
    .summary('try to break the sandbox, and say which of its layers hold here')
    .description(
      'Start the process that runs Python, try to break each layer that holds it in, and print which layers ' +
        'are active, absent or not verified, with versions, memory and folders.',
    )
    .option('--json', 'print one JSON object on stdout and nothing else')
    .addHelpText(
      'after',
      '\nExit codes: 0 every layer that this system can have holds, 1 one does not or could not be verified ' +
        '(Landlock never can, and does not count), 2 usage, 70 nothing could be found out',
    )
    .action((flags: { readonly json?: true }) => {
      choose({ json: flags.json ?? false });
    });
}

/** Carries out `vivarium doctor`. @throws Error when nothing could be found out */
export async function runDoctor(args: DoctorArguments, dependencies: CliDependencies): Promise<ExitCode> {
  const report = await dependencies.examine();
  const out = new CommandOutput(dependencies.io, () => undefined);
  if (args.json) await reportJson(report, out);
  else await out.stdout.writeTrusted(doctorText(report, dependencies.io.columns));
  await out.flush();
  return (await outputExitCode(out)) ?? (report.ok ? EXIT_CODES.ok : EXIT_CODES.layerMissing);
}
