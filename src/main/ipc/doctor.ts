import type { DoctorReport } from '../../shared/contract/doctor.ts';
import { messageOf } from '../base/system-error.ts';
import { ApiFailure } from './api-failure.ts';
import type { HandlersOf } from './route.ts';

/** @param examine takes seconds and processes of its own: who asks meanwhile gets the same answer */
export const doctorHandlers = (examine: () => Promise<DoctorReport>): HandlersOf<'doctor'> => {
  let underWay: Promise<DoctorReport> | null = null;
  return {
    examine: async () => {
      underWay ??= examine().finally(() => {
        underWay = null;
      });
      try {
        return await underWay;
      } catch (error) {
        throw new ApiFailure('failed', messageOf(error));
      }
    },
  };
};
