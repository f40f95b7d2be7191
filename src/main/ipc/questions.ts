/** What pages may ask of questions about calls. */
import { QUESTION_CHANNELS } from '../../shared/ipc/library/library-channels.ts';
import type { CallQuestion, QuestionAnswer } from '../../shared/ipc/questions-api.ts';
import { questionArguments } from '../../shared/ipc/questions.ts';
import { answering, type Caller, type OnFault, type Route } from './route.ts';

export interface AskedQuestions {
  readonly open: readonly CallQuestion[];
  answer(id: string, answer: QuestionAnswer): boolean;
  /** Until the returned function is called. */
  watch(tell: (open: readonly CallQuestion[]) => void): () => void;
}

/** The same channels for the app's window and for other apps' pages. */
export const questionRoutes = (questions: AskedQuestions, onFault: OnFault): Route[] => {
  const watching = new WeakMap<Caller, () => void>();
  const end = (caller: Caller): void => {
    watching.get(caller)?.();
    watching.delete(caller);
  };
  return [
    answering(
      QUESTION_CHANNELS.watch,
      questionArguments.watch,
      (_none, caller) => {
        const tell = (open: AskedQuestions['open']): void => caller.tell(QUESTION_CHANNELS.changed, open);
        if (watching.has(caller)) {
          tell(questions.open);
          return null;
        }
        watching.set(caller, questions.watch(tell));
        caller.gone.addEventListener('abort', () => end(caller), { once: true });
        return null;
      },
      onFault,
    ),
    answering(
      QUESTION_CHANNELS.unwatch,
      questionArguments.unwatch,
      (_none, caller) => {
        end(caller);
        return null;
      },
      onFault,
    ),
    answering(
      QUESTION_CHANNELS.answer,
      questionArguments.answer,
      ([id, said]) => questions.answer(id, said),
      onFault,
    ),
  ];
};
