/** Files of the user's, as they were dropped or chosen, that a session may take. */
import { LIMITS } from '../../../shared/limits.ts';
import { workspaceNameProblem } from '../../../shared/contract/workspace-path.ts';

export interface ChosenFile {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** @throws when it can't be read, as a folder that was dropped */
  readonly read: () => Promise<Uint8Array<ArrayBuffer>>;
}

export type ChoiceProblem =
  | { readonly code: 'too-large'; readonly name: string; readonly size: number }
  | { readonly code: 'bad-name'; readonly name: string }
  | { readonly code: 'too-many' };

export interface ChosenFiles {
  readonly files: readonly ChosenFile[];
  readonly problems: readonly ChoiceProblem[];
}

/** Those that fit, and why others don't. */
export const chosenFiles = (chosen: Iterable<File>): ChosenFiles => {
  const files: ChosenFile[] = [];
  const problems: ChoiceProblem[] = [];
  for (const file of chosen) {
    const { name, size } = file;
    if (files.length >= LIMITS.fileCount) {
      problems.push({ code: 'too-many' });
      break;
    }
    if (size > LIMITS.fileBytes) problems.push({ code: 'too-large', name, size });
    else if (workspaceNameProblem(name) !== null) problems.push({ code: 'bad-name', name });
    else files.push({ name, size, read: async () => new Uint8Array(await file.arrayBuffer()) });
  }
  return { files, problems };
};
