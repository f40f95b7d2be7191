import { LIMITS } from '../../../shared/limits.ts';
import { useServices } from '../../app/services.ts';
import { useTranslation } from '../../app/translation.ts';
import type { Session } from '../model/session.ts';
import { chosenFiles, type ChoiceProblem, type ChosenFile } from './chosen-files.ts';
import type { AttachProblem } from './session-files.ts';

/** Of what went wrong with several files, so many are named. */
const TOLD = 3;

export interface Attaching {
  /** Puts what was dropped or chosen into a session, as far as it fits, and says what does not. */
  readonly attach: (session: Session, chosen: Iterable<File>) => Promise<void>;
  readonly attachFiles: (session: Session, files: readonly ChosenFile[]) => Promise<void>;
}

export const useAttaching = (): Attaching => {
  const { console: store, toasts } = useServices();
  const { t, format } = useTranslation();

  const words = (problem: ChoiceProblem | AttachProblem): string => {
    switch (problem.code) {
      case 'too-large':
        return t('console.file.tooLarge', {
          name: problem.name,
          size: format.value.bytes(problem.size),
          limit: format.value.bytes(LIMITS.fileBytes),
        });
      case 'bad-name':
        return t('console.file.badName', { name: problem.name });
      case 'too-many':
        return t('console.file.tooMany', { number: LIMITS.fileCount });
      case 'failed':
        return problem.detail === 'unreadable'
          ? t('console.file.unreadable', { name: problem.name })
          : t('console.file.failed', { name: problem.name, reason: problem.detail });
      case 'not-kept':
        return problem.detail === null
          ? t('console.file.notKeptFull', {
              name: problem.name,
              limit: format.value.bytes(LIMITS.totalFileBytes),
            })
          : t('console.file.notKept', { name: problem.name, reason: problem.detail });
    }
  };
  const showProblems = (problems: readonly (ChoiceProblem | AttachProblem)[]): void => {
    for (const problem of problems.slice(0, TOLD)) toasts.show(words(problem), 'danger');
  };
  const attachFiles = async (session: Session, files: readonly ChosenFile[]): Promise<void> => {
    if (files.length === 0) return;
    store.filesOpen.value = true;
    showProblems(await store.files.attach(session, files));
  };
  return {
    attachFiles,
    attach: (session, chosen) => {
      const { files, problems } = chosenFiles(chosen);
      showProblems(problems);
      return attachFiles(session, files);
    },
  };
};
