/** `vivarium/renderer`: elements and helpers for pages, without a framework. Importing it does nothing. */
export { defineElements } from './define-elements.ts';
export { findInterpreter, findQuestions } from './page-api.ts';
export type { InterpreterApi } from '../../shared/ipc/library/interpreter-api.ts';
export type { CallQuestion, QuestionAnswer, QuestionsApi } from '../../shared/ipc/questions-api.ts';
