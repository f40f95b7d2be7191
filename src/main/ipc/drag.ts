import type { DraggedFiles } from '../app/dragged-files.ts';
import { describe } from '../base/replace-file.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { ApiFailure } from './api-failure.ts';
import { fileWork } from './file-work.ts';
import type { HandlersOf } from './route.ts';

export interface DragDeps {
  readonly sandbox: Pick<Sandbox, 'readFile'>;
  readonly dragged: DraggedFiles;
}

export const dragHandlers = ({ dragged, sandbox }: DragDeps): HandlersOf<'drag'> => {
  const prepare = async (name: string, bytes: Uint8Array): Promise<string> => {
    try {
      return await dragged.prepare(name, bytes);
    } catch (error) {
      throw new ApiFailure('failed', `it was not written to the disk: ${describe(error)}`);
    }
  };
  return {
    file: async ([session, name]) => prepare(name, await fileWork(() => sandbox.readFile(session, name))),
    picture: ([name, bytes]) => prepare(name, bytes),
    begin: ([id]) => {
      if (!dragged.begin(id)) throw new ApiFailure('not-found', 'it is not there any more; drag it again');
      return null;
    },
  };
};
