/** What a test run says at its end: counted by vitest's own account of small test files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  describeFailures,
  describeNotRun,
  describeRetried,
  totalsLine,
  type Outcome,
} from '../../../scripts/test/outcome.ts';
import { runVitest, type VitestEnd } from '../../../scripts/test/run-vitest.ts';
import { projectRoot } from '../../../scripts/shared/project.ts';

const outcome = (changes: Partial<Outcome> = {}): Outcome => ({
  passed: 0,
  failures: [],
  problems: [],
  retried: [],
  notRun: [],
  ...changes,
});

test('the totals of several runs are added up, with what failed beside the tests', () => {
  const one = outcome({ passed: 2, failures: ['a > b: it broke'] });
  expect(totalsLine([one])).toBe('2 passed, 1 failed');
  expect(totalsLine([one, outcome({ passed: 3, problems: ['a hook failed'] })])).toBe('5 passed, 2 failed');
  expect(totalsLine([])).toBe('0 passed, 0 failed');
});

test('checks that did not run are grouped by reason, apart from those that could have run', () => {
  const notRun: Outcome['notRun'] = [
    { code: 'no-wheels', detail: '', test: 'a > plots' },
    { code: 'other-system', detail: 'Windows only', test: 'b > pipes' },
    { code: 'no-wheels', detail: '', test: 'c > frames' },
  ];
  expect(describeNotRun(outcome({ notRun }))).toEqual([
    'not run on this machine:',
    '  other-system: the check is for another operating system (1)',
    '    b > pipes: Windows only',
    'failed, because this machine could run them:',
    '  no-wheels: the wheels for the tests are not there: run "npm run provision -- --wheels" (2)',
    '    a > plots',
    '    c > frames',
  ]);
  expect(describeNotRun(outcome())).toEqual(['not run on this machine: none']);
});

test('tests that passed only at a second try are named', () => {
  expect(describeRetried(outcome())).toEqual([]);
  expect(describeRetried(outcome({ retried: ['a > b: it hung\nfor a while'] }))).toEqual([
    'passed at a second try only:',
    '  a > b: it hung for a while',
  ]);
});

test('tests that failed are named', () => {
  expect(describeFailures(outcome())).toEqual([]);
  expect(describeFailures(outcome({ failures: ['a > b: it broke\nin two'] }))).toEqual([
    'failed tests:',
    '  a > b: it broke in two',
  ]);
});

describe('a real run of vitest', { timeout: 60_000 }, () => {
  const run = async (code: string, ...args: string[]): Promise<VitestEnd> => {
    // Below the project, where vitest is found.
    const parent = path.join(projectRoot, '.cache');
    mkdirSync(parent, { recursive: true });
    const folder = mkdtempSync(path.join(parent, 'summary-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const support = path.join(projectRoot, 'tests', 'support', 'not-run.ts');
    const imports = `import { beforeAll, afterAll, describe, it } from 'vitest';\nimport { notRunHere } from ${JSON.stringify(support)};\n`;
    writeFileSync(path.join(folder, 'sample.test.ts'), imports + code);
    writeFileSync(path.join(folder, 'vitest.config.mjs'), 'export default { test: { watch: false } };');
    const env = { ...process.env, VITEST: undefined, VITEST_POOL_ID: undefined, VITEST_WORKER_ID: undefined };
    return runVitest({
      node: process.execPath,
      args: ['--root', folder, '--config', path.join(folder, 'vitest.config.mjs'), ...args],
      env,
      isQuiet: true,
    });
  };

  test('is good when all passed, or were left out for a reason that is allowed', async () => {
    const end = await run(
      `it('passes', () => {});\nit('is for others', (context) => notRunHere(context, 'other-system', 'Plan 9'));`,
    );
    expect(end).toMatchObject({ isGood: true, outcome: { passed: 1, failures: [], problems: [] } });
    expect(end.outcome.notRun).toMatchObject([{ code: 'other-system', detail: 'Plan 9' }]);
    expect(end.outcome.notRun[0]?.test).toMatch(/sample\.test\.ts > is for others$/u);
  });

  test('names a test that passed at a second try, with what went wrong at the first', async () => {
    const end = await run(
      `let tries = 0;\nit('is unsteady', () => { if (tries++ === 0) throw new Error('the first try'); });`,
      '--retry=1',
    );
    expect(end).toMatchObject({ isGood: true, outcome: { passed: 1, failures: [] } });
    expect(end.outcome.retried).toEqual([expect.stringMatching(/is unsteady: the first try$/u)]);
  });

  test('names a test that failed, with what went wrong at each try', async () => {
    const end = await run(
      `let tries = 0;\nit('is broken', () => { throw new Error('try ' + String(++tries)); });`,
      '--retry=1',
    );
    expect(end.isGood).toBe(false);
    expect(end.outcome.failures).toEqual([expect.stringMatching(/is broken: try 1; then try 2$/u)]);
  });

  test('fails when a check was left out that this machine could run', async () => {
    const end = await run(`it('needs wheels', (context) => notRunHere(context, 'no-wheels'));`);
    expect(end).toMatchObject({ isGood: false, outcome: { notRun: [{ code: 'no-wheels' }] } });
    expect(end.outcome.failures).toHaveLength(1);
  });

  test.each([
    ['skip', `it.skip('s', () => {});`],
    ['skipIf', `it.skipIf(true)('s', () => {});`],
    ['runIf', `describe.runIf(false)('d', () => { it('s', () => {}); });`],
    ['todo', `it.todo('s');`],
    ['context.skip', `it('s', (context) => context.skip('no mood'));`],
    [
      'a hook that fails',
      `describe('d', () => { beforeAll(() => { throw new Error('x'); }); it('s', () => {}); });`,
    ],
  ])('fails when a check is left out in silence: %s', async (_how, code) => {
    const end = await run(`it('passes', () => {});\n${code}`);
    expect(end.isGood).toBe(false);
    expect(end.outcome.passed).toBe(1);
    expect(end.outcome.problems.join('\n')).toMatch(/> (?:d > )?s: left out without a reason/u);
  });

  test.each([
    ['a file that can not be loaded', `throw new Error('the cause');`],
    ['a hook after the tests', `afterAll(() => { throw new Error('the cause'); });`],
    [
      'an error outside of all tests',
      `it('later', async () => { void Promise.reject(new Error('the cause')); await new Promise((done) => setTimeout(done, 50)); });`,
    ],
  ])('fails, counts and tells the cause and place of %s', async (_what, code) => {
    const end = await run(`it('passes', () => {});\n${code}`);
    expect(end.isGood).toBe(false);
    expect(end.outcome.problems).toHaveLength(1);
    expect(end.outcome.problems[0]).toMatch(/the cause.*\.test\.ts:\d/su);
    expect(totalsLine([end.outcome])).toMatch(/, 1 failed$/u);
  });

  test('with -t does not count the others as left out', async () => {
    expect(await run(`it('one', () => {});\nit('other', () => {});`, '-t', 'one')).toMatchObject({
      isGood: true,
      outcome: { passed: 1, problems: [] },
    });
  });
});
