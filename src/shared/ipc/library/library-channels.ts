/**
 * Channels of the npm package, beside the five of the interpreter. They carry its name, since the app that it is in has
 * channels of its own.
 */
export const libraryChannel = (channel: string): string => `vivarium-${channel}`;

export const QUESTION_CHANNELS = {
  watch: 'vivarium-questions-watch',
  unwatch: 'vivarium-questions-unwatch',
  answer: 'vivarium-questions-answer',
  /** Told by main: all open questions. */
  changed: 'vivarium-questions-changed',
} as const;
