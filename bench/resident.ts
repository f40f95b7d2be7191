import { residentBytes } from '../src/main/base/process-table.ts';
import { MIB } from '../src/shared/units.ts';

/** Resident memory of a process. @throws Error when it can't be read */
export const residentMiB = (pid: number): number => {
  const bytes = residentBytes(pid);
  if (bytes === null) throw new Error('the memory of a process can not be read here');
  return bytes / MIB;
};
