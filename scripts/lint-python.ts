import { readFileSync } from 'node:fs';
import path from 'node:path';
import { checkTypes } from './lint-python/pyright.ts';
import { pythonFiles } from './lint-python/python-files.ts';
import { Ruff } from './lint-python/ruff.ts';
import { isCommand, runAsCommand } from './shared/command.ts';
import { logToStderr } from './shared/log.ts';
import { projectRoot } from './shared/project.ts';

/** What Ruff finds in these files, a line each. */
export function lintPython(root: string, files: readonly string[]): string[] {
  const ruff = new Ruff(root);
  return files.flatMap((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    const formatted = ruff.format(file, text);
    return [
      ...ruff
        .check(file, text)
        .map(({ line, column, code, message }) => `${file}:${line}:${column}: ${code} ${message}`),
      ...(formatted === null || formatted === text ? [] : [`${file}: not formatted; npm run format does it`]),
    ];
  });
}

if (isCommand(import.meta.url)) {
  await runAsCommand(async () => {
    const types = checkTypes(projectRoot);
    const findings = lintPython(projectRoot, await pythonFiles(projectRoot));
    for (const finding of findings) logToStderr(finding);
    const { ok, text } = await types;
    if (!ok) logToStderr(text);
    return ok && findings.length === 0 ? 0 : 1;
  });
}
