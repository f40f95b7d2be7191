/** What pages may ask of questions about calls. */
import { QUESTION_CHANNELS } from '../../../shared/ipc/library-channels.ts';
import { questionArguments } from '../../../shared/ipc/questions.ts';
import { answering, type Caller, type OnFault, type Route } from '../../ipc/route.ts';
import type { Disposable, Questions } from '../api/api.ts';

export const questionRoutes = (questions: Questions, onFault: OnFault): Route[] => {
  const watching = new WeakMap<Caller, Disposable>();
  const end = (caller: Caller): void => {
    watching.get(caller)?.dispose();
    watching.delete(caller);
  };
  return [
    answering(
      QUESTION_CHANNELS.watch,
      questionArguments.watch,
      (_none, caller) => {
        const tell = (open: Questions['open']): void => caller.tell(QUESTION_CHANNELS.changed, open);
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
