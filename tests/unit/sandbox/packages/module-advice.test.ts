import { describe, expect, it } from 'vitest';
import { ModuleAdvice } from '../../../../src/main/sandbox/packages/module-advice.ts';
import type { GuestOutcome } from '../../../../src/shared/contract/sandbox.ts';

const PYODIDE = "On Pyodide you must do pyodide.loadPackage('tzdata') package before you use zoneinfo.";

const failed = (type: string, message: string): GuestOutcome => ({
  truncated: false,
  value: null,
  files: [],
  notices: [],
  error: { type, message, traceback: `Traceback\n${type}: ${message}\n`, line: 1 },
});

const after = (advice: ModuleAdvice, type: string, message: string): readonly string[] => {
  const { error } = advice.applyTo(failed(type, message));
  return [error?.message ?? '', error?.traceback ?? ''];
};

describe('what would help', () => {
  it('is added to an error about a module, and to no other', () => {
    const advice = new ModuleAdvice();
    advice.add('Some_Package>=1', 'it is not here; bring it');
    const missing = after(advice, 'ModuleNotFoundError', "No module named 'some_package.part'");
    expect(missing).toEqual([
      "No module named 'some_package.part'; it is not here; bring it",
      "Traceback\nModuleNotFoundError: No module named 'some_package.part'\nit is not here; bring it\n",
    ]);
    const other = failed('ValueError', "No module named 'some_package'");
    expect(advice.applyTo(other)).toEqual(other);
    const unknown = failed('ModuleNotFoundError', "No module named 'other'");
    expect(advice.applyTo(unknown)).toEqual(unknown);
  });

  const zone = (key: string): string => `"No time zone found with key ${key}. \\n ${PYODIDE}"`;

  it('is the package of the time zones, in place of what Pyodide advises', () => {
    const [message, traceback] = after(
      new ModuleAdvice(),
      'zoneinfo._common.ZoneInfoNotFoundError',
      zone('Europe/Berlin'),
    );
    expect(message).toBe(
      '"No time zone found with key Europe/Berlin"; time zones come with a package: ' +
        'name tzdata for the run (packages, or --package tzdata)',
    );
    expect(traceback).not.toContain('Pyodide');
    expect(traceback).toContain('--package tzdata');
  });

  it('says why the time zones did not come by themselves', () => {
    const advice = new ModuleAdvice();
    advice.add('pytz', 'no source has it; get one');
    expect(after(advice, 'ZoneInfoNotFoundError', zone('UTC'))[0]).toBe(
      '"No time zone found with key UTC"; time zones come with a package: no source has it; get one',
    );
  });

  it('is not a package when the zone does not exist', () => {
    const advice = new ModuleAdvice((name) => name === 'pytz');
    expect(after(advice, 'ZoneInfoNotFoundError', zone('Europe/Berlim'))[0]).toBe(
      '"No time zone found with key Europe/Berlim"',
    );
  });
});
