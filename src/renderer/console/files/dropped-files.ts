import { LIMITS } from '../../../shared/limits.ts';
import type { InputFile } from '../../../shared/contract/sandbox.ts';
import { workspaceNameProblem } from '../../../shared/contract/workspace-path.ts';

export interface DroppedFiles {
  readonly files: readonly InputFile[];
  /** Key below `console` of what was wrong with some of them. */
  readonly problem: 'fileTooLarge' | 'fileUnreadable' | null;
}

/** Reads what was dropped, as far as a run may take it. */
export const readDroppedFiles = async (dropped: FileList): Promise<DroppedFiles> => {
  const files: InputFile[] = [];
  let problem: DroppedFiles['problem'] = null;
  let total = 0;
  for (const file of [...dropped].slice(0, LIMITS.fileCount)) {
    total += file.size;
    if (file.size > LIMITS.fileBytes || total > LIMITS.totalFileBytes) {
      problem = 'fileTooLarge';
      continue;
    }
    try {
      // A folder looks like a file until it is read.
      const bytes = new Uint8Array(await file.arrayBuffer());
      if (workspaceNameProblem(file.name) === null) files.push({ name: file.name, bytes });
      else problem = 'fileUnreadable';
    } catch {
      problem = 'fileUnreadable';
    }
  }
  return { files, problem };
};
