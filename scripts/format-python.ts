import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pythonFiles } from './lint-python/python-files.ts';
import { Ruff } from './lint-python/ruff.ts';
import { isCommand, runAsCommand } from './shared/command.ts';
import { logToStderr } from './shared/log.ts';
import { projectRoot } from './shared/project.ts';

if (isCommand(import.meta.url)) {
  await runAsCommand(async () => {
    const ruff = new Ruff(projectRoot);
    let broken = 0;
    for (const file of await pythonFiles(projectRoot)) {
      const place = path.join(projectRoot, file);
      const text = readFileSync(place, 'utf8');
      const formatted = ruff.format(file, text);
      if (formatted === null) {
        broken += 1;
        logToStderr(`${file}: not Python; npm run lint says where`);
      } else if (formatted !== text) {
        writeFileSync(place, formatted);
      }
    }
    return broken === 0 ? 0 : 1;
  });
}
