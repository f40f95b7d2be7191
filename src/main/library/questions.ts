import { z } from 'zod';
import { systemClock } from '../base/clock.ts';
import { CallQuestions } from '../functions/call-questions.ts';
import type { Questions, QuestionsOptions } from './api/api.ts';
import { parseOption } from './options.ts';

const Options = z.strictObject({
  timeoutMs: z
    .int()
    .min(1)
    .max(24 * 60 * 60 * 1000)
    .default(120_000),
});

/**
 * Asks in the app's windows about calls of functions whose `confirm` is `ask`: its `confirm` is for `createSandbox`, and
 * all of it for `registerInterpreter`.
 *
 * @throws VivariumError `invalid-option`
 */
export const createQuestions = (options: QuestionsOptions = {}): Questions => {
  const { timeoutMs } = parseOption(Options, options);
  const questions = new CallQuestions(systemClock, timeoutMs);
  return {
    confirm: (call) => questions.ask(call),
    get open() {
      return questions.open;
    },
    answer: (id, answer) => questions.answer(id, answer),
    watch: (listener) => ({ dispose: questions.watch(listener) }),
  };
};
