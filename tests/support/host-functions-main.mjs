/** An app whose code calls its functions: what came of it is the last line that it prints. */
import process from 'node:process';
import { app } from 'electron';
import { createSandbox } from 'vivarium/main';

const code = `
from host import echo, give
[echo("é" * 400_000) == "é" * 400_000, len(give()), [echo(number) for number in range(100)] == list(range(100))]`;

const run = async () => {
  const sandbox = createSandbox({
    packages: false,
    calls: { argumentKiB: 1024 },
    functions: {
      echo: {
        input: { type: 'object', properties: { value: {} }, required: ['value'] },
        handler: ({ value }) => value,
      },
      give: { handler: () => 'x'.repeat(900_000) },
    },
  });
  const { calls, error, status, value } = await sandbox.run(code);
  await sandbox.dispose();
  process.stdout.write(`\n${JSON.stringify({ calls: calls.length, error, status, value: value?.json })}\n`);
  app.exit(0);
};

// Not awaited at the top of an ES module: Electron is ready only after that was evaluated.
void app.whenReady().then(run);
