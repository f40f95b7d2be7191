import type { Answer } from '../shared/ipc/answer.ts';
import type { Subscribe } from '../shared/ipc/api.ts';
import { QUESTION_CHANNELS } from '../shared/ipc/library/library-channels.ts';
import type { CallQuestion, QuestionsApi } from '../shared/ipc/questions-api.ts';
import { failed } from './bridge.ts';
import type { InvokeMain } from './interpreter-api.ts';

/** @param subscriber makes subscriptions to what main tells over a channel */
export const questionsOver = (
  asker: InvokeMain,
  subscriber: (channel: string) => Subscribe<readonly CallQuestion[]>,
): QuestionsApi => {
  const changed = subscriber(QUESTION_CHANNELS.changed);
  const watch = asker<Answer<null>>(QUESTION_CHANNELS.watch, failed);
  const unwatch = asker<Answer<null>>(QUESTION_CHANNELS.unwatch, failed);
  const answer = asker<Answer<boolean>>(QUESTION_CHANNELS.answer, failed);
  /** Main knows of one watcher for each document. */
  let watchers = 0;
  return {
    watch: (listener) => {
      const end = changed(listener);
      watchers += 1;
      // Main tells the open ones, also to those who watch already.
      void watch();
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        end();
        watchers -= 1;
        if (watchers === 0) void unwatch();
      };
    },
    answer: async (id, decision) => {
      const given = await answer(id, decision);
      return given.ok && given.value;
    },
  };
};
