/** What pages may ask of questions about calls. */
import { QUESTION_CHANNELS } from '../../shared/ipc/library/library-channels.ts';
import type { CallQuestion, QuestionAnswer } from '../../shared/ipc/questions-api.ts';
import { questionArguments } from '../../shared/ipc/questions.ts';
import { answering, type Caller, type OnFault, type Route } from './route.ts';

export interface QuestionService {
  readonly open: readonly CallQuestion[];
  answer(id: string, answer: QuestionAnswer): boolean;
  /** Until the returned function is called. */
  watch(listener: (open: readonly CallQuestion[]) => void): () => void;
}

/** The same channels for the app's window and for other apps' pages. */
export const questionRoutes = (questions: QuestionService, onFault: OnFault): Route[] => {
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
        const send = (open: QuestionService['open']): void => caller.send(QUESTION_CHANNELS.changed, open);
        if (watching.has(caller)) {
          send(questions.open);
          return null;
        }
        watching.set(caller, questions.watch(send));
        caller.closed.addEventListener('abort', () => end(caller), { once: true });
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
      ([id, decision]) => questions.answer(id, decision),
      onFault,
    ),
  ];
};
