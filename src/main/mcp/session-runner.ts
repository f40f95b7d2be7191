import type { OutputFile } from '../../shared/contract/sandbox.ts';
import type { Runner } from '../run/runner.ts';

/** A runner whose sessions can be looked into between their runs. */
export interface SessionRunner extends Runner {
  /** Forgets a session's state. False when it had none. */
  reset(session: string): Promise<boolean>;
  /** The files of a session; null when it has no interpreter. */
  listFiles(session: string): Promise<OutputFile[] | null>;
  /** @throws Error with why the file can't be had */
  readFile(session: string, name: string): Promise<Uint8Array>;
  /** @throws Error when what runs the sessions is gone */
  status(): Promise<unknown>;
}
