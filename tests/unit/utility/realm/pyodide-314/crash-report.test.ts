import { expect, it } from 'vitest';
import { CrashReport } from '../../../../../src/utility/realm/pyodide-314/crash-report.ts';
import { utf8 } from '../../../sandbox/support.ts';

it('a crash report is bounded, and hides our own frames', () => {
  const report = new CrashReport();
  expect(report.isOpen).toBe(false);
  report.begin();
  expect(report.isOpen).toBe(true);
  report.write(utf8('Stack:\n  File "<vivarium>", line 3 in run\n  File "<run>", line 1 in f\n'));
  expect(report.text()).toBe('Stack:\n  File "<run>", line 1 in f\n');
  report.write(new Uint8Array(100_000));
  expect(report.text().length).toBeLessThanOrEqual(32_768);
});
