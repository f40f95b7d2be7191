import { expect, it } from 'vitest';
import { outcomeMessageOf } from '../../../src/renderer/console/model/outcome-message.ts';
import { reportVerdict } from '../../../src/main/run/verdict.ts';
import { RunStatus, SessionState } from '../../../src/shared/contract/run.ts';
import { RUNTIME_NAMES } from '../../../src/shared/runtimes.ts';
import { createTranslate } from '../../../src/shared/translate.ts';
import { allTexts } from '../../support/locales.ts';
import { resultOf } from '../../support/run-results.ts';

const texts = { timeLimit: '60 s', memoryLimit: '1.0 GiB', stopTime: '0.4 s', crashReason: 'signal SIGKILL' };
const t = createTranslate('en', allTexts());
const said = (changes: Parameters<typeof resultOf>[0]): string | undefined =>
  outcomeMessageOf(resultOf(changes), texts)
    ?.sentences.map(({ key, values }) => t(key, values))
    .join(' ');
const lost = { id: 's', state: 'lost' } as const;
const error = { type: 'Crashed', message: 'signal SIGKILL', traceback: '', line: null };
const interpreterEnded = reportVerdict({ kind: 'interpreter-died', detail: 'exit code 3', stack: '' }).error;

it.each([
  [{ status: 'ok' }, undefined],
  [{ status: 'error', error }, undefined],
  [{ status: 'cancelled' }, 'Interrupted. Variables kept.'],
  [{ status: 'cancelled', session: lost }, 'Did not react; interpreter restarted in 0.4 s. Variables lost.'],
  [
    { status: 'cancelled', timing: { waitMs: 5, startMs: 0, packagesMs: 0, runMs: 0 } },
    'Cancelled before it began.',
  ],
  [
    { status: 'timeout' },
    'Stopped after 60 s, the time limit. Raise it in the settings or do less at a time. Variables kept.',
  ],
  [
    { status: 'out-of-memory', session: lost },
    'Out of memory at 1.0 GiB. Raise the limit in the settings or work on less data. Variables lost.',
  ],
  [
    { status: 'crashed', session: lost, error },
    'The sandbox process ended (signal SIGKILL). Nothing else was affected. Variables lost.',
  ],
  [
    { status: 'crashed', session: lost, error: interpreterEnded },
    'The interpreter of this session ended (exit code 3). Nothing else was affected. Variables lost.',
  ],
  [
    { status: 'crashed', runtime: 'native', error: interpreterEnded },
    'Python ended unexpectedly (exit code 3). Variables lost.',
  ],
  [
    { status: 'crashed', runtime: 'native', error },
    'Python ended unexpectedly (signal SIGKILL). Variables lost.',
  ],
  [{ status: 'setup-failed', error }, 'Python could not start: signal SIGKILL'],
  [
    { status: 'setup-failed', error: { ...error, type: 'PackagesMissing', message: 'rich is not there' } },
    'Not run, as a package is missing: rich is not there',
  ],
] as const)('%j', (changes, sentence) => {
  expect(said(changes)).toBe(sentence);
});

it('has words for every status and state', () => {
  for (const status of RunStatus.options) {
    for (const state of SessionState.options) {
      for (const runtime of RUNTIME_NAMES) {
        const sentence = said({ status, session: { id: 's', state }, runtime, error }) ?? '';
        expect(sentence, `${status} ${state}`).not.toMatch(/console\./u);
      }
    }
  }
});
