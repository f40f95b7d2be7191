/** A reporter of vitest: writes what came of the run into the file that VIVARIUM_TEST_OUTCOME names. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';
import { projectRoot } from '../shared/project.ts';
import { type NotRun } from './not-run-reasons.ts';
import type { Outcome } from './outcome.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Set by tests/support/not-run.ts. */
    notRun?: NotRun;
  }
}

/** Of what went wrong at a try, in UTF-16 units. */
const MAX_MESSAGE = 500;

export default class OutcomeReporter implements Reporter {
  readonly #file = process.env['VIVARIUM_TEST_OUTCOME'];
  #isFiltered = false;

  onInit(vitest: Vitest): void {
    // With `-t`, all other tests are left out on purpose.
    this.#isFiltered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const suites = modules.flatMap((module) => [...module.children.allSuites()]);
    const outcome: Outcome = {
      passed: tests.filter((test) => test.result().state === 'passed').length,
      failures: tests
        .filter((test) => test.result().state === 'failed')
        .map((test) => `${nameOf(test)}: ${errorsOf(test).join('; then ')}`),
      problems: [
        ...modules
          .filter(isFaulty)
          .map((module) => `${nameOf(module)}: the file or a hook of it failed: ${whyFaulty(module)}`),
        ...suites.filter(isFaulty).map((suite) => `${nameOf(suite)}: a hook failed: ${whyFaulty(suite)}`),
        ...(this.#isFiltered
          ? []
          : tests.filter(isSilent).map((test) => `${nameOf(test)}: left out without a reason`)),
        ...unhandledErrors.map((error) => `outside of all tests: ${placeOf(error)}`),
      ],
      retried: tests.flatMap((test) => {
        const [error] = test.result().state === 'passed' ? errorsOf(test) : [];
        return error === undefined ? [] : [`${nameOf(test)}: ${error}`];
      }),
      notRun: tests.flatMap((test) => {
        const { notRun } = test.meta();
        return notRun === undefined ? [] : [{ ...notRun, test: nameOf(test) }];
      }),
    };
    if (this.#file !== undefined) writeFileSync(this.#file, JSON.stringify(outcome));
  }
}

const isFaulty = (task: TestModule | TestSuite): boolean => task.errors().length > 0;

const whyFaulty = (task: TestModule | TestSuite): string => task.errors().map(placeOf).join('; then ');

/** What went wrong, at each try. */
const errorsOf = (test: TestCase): string[] =>
  (test.result().errors ?? []).map((error) => messageOf(error).slice(0, MAX_MESSAGE));

/** Neither passed nor failed, and it has not said why. */
const isSilent = (test: TestCase): boolean => {
  const { state } = test.result();
  return state !== 'passed' && state !== 'failed' && test.meta().notRun === undefined;
};

const nameOf = (task: TestModule | TestSuite | TestCase): string => {
  const file = path.relative(projectRoot, task.type === 'module' ? task.moduleId : task.module.moduleId);
  return task.type === 'module' ? file : `${file} > ${task.fullName}`;
};

const messageOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);

/** Of an error that no test owns, its stack is all that tells where it came from. */
const placeOf = (error: unknown): string => {
  const stack = typeof error === 'object' && error !== null && 'stack' in error ? String(error.stack) : '';
  const message = messageOf(error);
  return (stack.includes(message) ? stack : `${message} ${stack}`).slice(0, 4 * MAX_MESSAGE);
};
