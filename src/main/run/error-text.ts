import type { RunResult } from '../../shared/contract/run.ts';

/** What became of a run that failed, for a person or a model to read, each thing once; '' when it did not fail. */
export const errorText = ({ error, status }: Pick<RunResult, 'error' | 'status'>): string => {
  if (error === null) return '';
  const what = error.message === '' ? error.type : `${error.type}: ${error.message}`;
  if (error.traceback === '') return what;
  const traceback = error.traceback.trimEnd();
  // A traceback of the code's own error ends with its message. Where a run was when it was stopped, crashed, or
  // had no more memory, does not say what happened.
  return status === 'error' ? traceback : `${what}\n${traceback}`;
};
