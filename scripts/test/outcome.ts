import { z } from 'zod';
import { NotRun, NotRunCode, notRunReason } from './not-run-reasons.ts';

/** What came of one run of vitest. */
export const Outcome = z.strictObject({
  passed: z.number().int().nonnegative(),
  /** Tests that failed, and what went wrong at each try. */
  failures: z.array(z.string()),
  /** What counts as a failure though no test says so: files, hooks, and tests that were left out in silence. */
  problems: z.array(z.string()),
  /** Tests that passed only at a second try, and what went wrong at the first. */
  retried: z.array(z.string()),
  notRun: z.array(NotRun.extend({ test: z.string() })),
});
export type Outcome = z.infer<typeof Outcome>;

export const failuresOf = ({ failures, problems }: Outcome): number => failures.length + problems.length;

/** Alone on its line, this is what continuous integration reads. */
export const totalsLine = (outcomes: readonly Outcome[]): string => {
  const sum = (count: (outcome: Outcome) => number): string =>
    String(outcomes.reduce((all, outcome) => all + count(outcome), 0));
  return `${sum(({ passed }) => passed)} passed, ${sum(failuresOf)} failed`;
};

/** Repeated at the end, since they are hard to find among thousands of lines. */
export const describeFailures = ({ failures }: Outcome): string[] => listed('failed tests:', failures);

/** Tests that can fail for a reason that is not known yet, and are not to be relied on. */
export const describeRetried = ({ retried }: Outcome): string[] =>
  listed('passed at a second try only:', retried);

const listed = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line.replaceAll('\n', ' ')}`)];

/** The checks that did not run, grouped by reason; those that this computer could run come last. */
export const describeNotRun = ({ notRun, problems }: Outcome): string[] => {
  const groups = NotRunCode.options
    .map((code) => ({ code, ...notRunReason(code), tests: notRun.filter((one) => one.code === code) }))
    .filter(({ tests }) => tests.length > 0);
  const describe = ({ code, text, tests }: (typeof groups)[number]): string[] => [
    `  ${code}: ${text} (${String(tests.length)})`,
    ...tests.map(({ test, detail }) => `    ${test}${detail === '' ? '' : `: ${detail}`}`),
  ];
  const allowed = groups.filter(({ isAllowed }) => isAllowed);
  const lacking = groups.filter(({ isAllowed }) => !isAllowed);
  return [
    ...(allowed.length === 0 ? ['not run on this machine: none'] : ['not run on this machine:']),
    ...allowed.flatMap(describe),
    ...(lacking.length === 0 ? [] : ['failed, because this machine could run them:']),
    ...lacking.flatMap(describe),
    ...(problems.length === 0 ? [] : ['failed beside the tests:']),
    ...problems.map((problem) => `  ${problem.replaceAll('\n', ' ')}`),
  ];
};
