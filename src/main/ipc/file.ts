import { writeFile } from 'node:fs/promises';
import type { FoundPython } from '../../shared/ipc/native.ts';
import { describe } from '../base/replace-file.ts';
import type { FileDialogs } from '../app/file-dialogs.ts';
import type { FoundInterpreter } from '../native/find-interpreters.ts';
import { ApiFailure } from './api-failure.ts';
import type { HandlersOf } from './route.ts';

export interface FileDeps {
  readonly dialogs: FileDialogs;
  readonly findInterpreters: () => Promise<readonly FoundInterpreter[]>;
}

export const foundPythons = (found: readonly FoundInterpreter[]): FoundPython[] =>
  found.map(({ implementation, path, problem, version }) => ({
    path,
    version,
    implementation,
    problem: problem ?? null,
  }));

export const fileHandlers = ({ dialogs, findInterpreters }: FileDeps): HandlersOf<'file'> => ({
  find: async () => foundPythons(await findInterpreters()),
  pickFile: ([options]) => dialogs.pick(options),
  saveFile: async ([name, bytes]) => {
    const path = await dialogs.saveAs({ name });
    if (path === null) return null;
    try {
      await writeFile(path, bytes);
    } catch (error) {
      throw new ApiFailure('failed', `the file was not saved: ${describe(error)}; choose another place`);
    }
    return { path };
  },
});
