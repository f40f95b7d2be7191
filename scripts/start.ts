import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale, saveBaselineSnapshot } from './build.ts';
import { provision } from './provision.ts';
import { runAsCommand } from './shared/command.ts';
import { logToStderr } from './shared/log.ts';
import { projectRoot } from './shared/project.ts';

/** What the built command line exports. */
interface CommandLine {
  main(argv: readonly string[], provideElectron: () => Promise<string>): Promise<never>;
}

const args = process.argv.slice(2);

await runAsCommand(async () => {
  await buildIfStale(logToStderr);
  const program = path.join(projectRoot, 'out', 'main', 'program.js');
  // The same process goes on as the command line, so that Ctrl-C reaches it as it would reach any program.
  const commandLine = (await import(pathToFileURL(program).href)) as CommandLine;
  return commandLine.main(args, async () => {
    const electron = await provision({
      window: args.every((argument) => /\.(?:ipynb|py)$/iu.test(argument)),
      log: logToStderr,
    });
    await saveBaselineSnapshot(electron, logToStderr);
    return electron.electronPath;
  });
});
