/** What the page may ask of questions about calls. */
import { z } from 'zod';
import type { QuestionAnswer } from './questions-api.ts';

/** As `randomUUID` makes them. */
const QUESTION_ID_LENGTH = 36;

const Said = z.enum(['allow', 'allow-all', 'deny']) satisfies z.ZodType<QuestionAnswer>;

export const questionArguments = {
  watch: z.tuple([]),
  unwatch: z.tuple([]),
  answer: z.tuple([z.string().max(QUESTION_ID_LENGTH), Said]),
} as const;
