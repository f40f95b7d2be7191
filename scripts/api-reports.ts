/** `npm run api-reports`: writes down what the built package exports; see docs/development.md. */
import { mkdir } from 'node:fs/promises';
import { API_ENTRIES, differsFromReport } from './build/api-reports.ts';
import { buildIfStale } from './build.ts';
import { runAsCommand } from './shared/command.ts';
import { logToStderr } from './shared/log.ts';
import { projectRoot } from './shared/project.ts';

await runAsCommand(async () => {
  await buildIfStale(logToStderr);
  await mkdir(`${projectRoot}/out/api`, { recursive: true });
  for (const entry of API_ENTRIES) {
    if (differsFromReport(projectRoot, entry, { write: true }))
      logToStderr(`docs/api/${entry}.api.md is new`);
  }
  return 0;
});
