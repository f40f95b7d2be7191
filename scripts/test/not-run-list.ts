import { readFileSync } from 'node:fs';

/** What the tests wrote down about checks that cannot run here, one line each. */
export function readNotRun(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return [...new Set(lines.map((line) => line.trim()).filter((line) => line !== ''))].sort();
}

export function describeNotRun(checks: readonly string[]): string[] {
  if (checks.length === 0) return ['not run on this machine: none'];
  return checks.map((check) => `not run on this machine: ${check}`);
}
