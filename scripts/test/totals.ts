import { z } from 'zod';

/** The part of vitest's JSON report that is counted. */
const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/** The last line of a test run: `N passed, N failed`. */
export function totalsLine(report: unknown): string {
  const { numPassedTests, numFailedTests, testResults } = reportSchema.parse(report);
  // A file that could not even be loaded holds no tests to count, yet it must not look like a success.
  const unloadable = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return `${String(numPassedTests)} passed, ${String(numFailedTests + unloadable.length)} failed`;
}
