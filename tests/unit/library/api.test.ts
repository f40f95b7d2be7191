/** The plain types that are handed out against what they describe: the type check is the test. */
import { describe, expectTypeOf, it } from 'vitest';
import type { DoctorReport } from '../../../src/shared/contract/doctor.ts';
import type { SandboxEvent } from '../../../src/shared/contract/sandbox-events.ts';
import type {
  CollectedFile,
  OutputFile,
  RunCall,
  RunDisplay,
  RunError,
  RunNotice,
  RunOutput,
  RunRequest,
  RunResult,
} from '../../../src/shared/contract/run.ts';
import type { PackageErrorCode } from '../../../src/shared/packages/package-error-code.ts';
import type { ConfirmCall, HostFunctions } from '../../../src/main/functions/host-function.ts';
import type * as api from '../../../src/main/library/api/api.ts';
import type { LibrarySandbox } from '../../../src/main/library/library-sandbox.ts';
import type { parseOptions } from '../../../src/main/library/options.ts';
import type { NamedSession } from '../../../src/main/library/session.ts';
import type { RunOptions } from '../../../src/main/run/run-options.ts';

describe('the types of the package', () => {
  it('take what the sandbox gives', () => {
    expectTypeOf<RunResult>().toExtend<api.RunResult>();
    expectTypeOf<SandboxEvent>().toExtend<api.SandboxEvent>();
    expectTypeOf<DoctorReport>().toExtend<api.DoctorReport>();
    expectTypeOf<CollectedFile>().toExtend<api.CollectedFile>();
    expectTypeOf<LibrarySandbox>().toExtend<api.Sandbox>();
    expectTypeOf<NamedSession>().toExtend<api.Session>();
  });

  it('give what the sandbox takes', () => {
    expectTypeOf<api.RunRequest>().toExtend<RunRequest>();
    expectTypeOf<api.RunOptions>().toExtend<RunOptions>();
    expectTypeOf<api.HostFunctions>().toExtend<HostFunctions>();
    expectTypeOf<api.ConfirmCall>().toExtend<ConfirmCall>();
  });

  it('know every field and every option', () => {
    expectTypeOf<keyof api.RunRequest>().toEqualTypeOf<keyof RunRequest>();
    // Words for missing packages, what a run is at, its number and rows of tables are the app's own matter; functions are
    // given as they are declared.
    expectTypeOf<keyof api.RunOptions>().toEqualTypeOf<
      Exclude<
        keyof RunOptions,
        'adviceWording' | 'onPhase' | 'number' | 'tables' | 'functions' | 'forwardedCalls'
      >
    >();
    expectTypeOf<keyof api.RunCall>().toEqualTypeOf<keyof RunCall>();
    expectTypeOf<keyof Required<api.SandboxOptions>>().toEqualTypeOf<
      keyof Required<ReturnType<typeof parseOptions>>
    >();
    // What has a field too many still extends: the names are to be compared, too.
    expectTypeOf<keyof api.RunResult>().toEqualTypeOf<keyof RunResult>();
    expectTypeOf<keyof NonNullable<api.RunResult['value']>>().toEqualTypeOf<
      keyof NonNullable<RunResult['value']>
    >();
    expectTypeOf<keyof api.RunResult['session']>().toEqualTypeOf<keyof RunResult['session']>();
    expectTypeOf<keyof api.RunResult['timing']>().toEqualTypeOf<keyof RunResult['timing']>();
    expectTypeOf<keyof api.RunNotice>().toEqualTypeOf<keyof RunNotice>();
    expectTypeOf<Required<api.RunNotice>['values']>().toEqualTypeOf<Required<RunNotice>['values']>();
    expectTypeOf<keyof api.RunDisplay>().toEqualTypeOf<keyof RunDisplay>();
    expectTypeOf<keyof api.OutputFile>().toEqualTypeOf<keyof OutputFile>();
    expectTypeOf<keyof api.RunError>().toEqualTypeOf<keyof RunError>();
    expectTypeOf<keyof api.RunOutput>().toEqualTypeOf<keyof RunOutput>();
    expectTypeOf<keyof api.DoctorReport>().toEqualTypeOf<keyof DoctorReport>();
    expectTypeOf<api.SandboxEvent['type']>().toEqualTypeOf<SandboxEvent['type']>();
    expectTypeOf<api.PackageErrorCode>().toEqualTypeOf<PackageErrorCode>();
  });
});
