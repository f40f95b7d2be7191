import type { EndedSession, OutputFile } from '../../shared/contract/run.ts';
import type { Runner } from '../run/runner.ts';

/** A runner whose sessions can be looked into between their runs. */
export interface SessionRunner extends Runner {
  /** Ends a session as a program ends, and forgets its state. */
  endSession(session: string): Promise<EndedSession>;
  /** The files of a session; null when it has no interpreter. */
  listFiles(session: string): Promise<OutputFile[] | null>;
  /** @throws Error with why the file can't be had */
  readFile(session: string, name: string): Promise<Uint8Array>;
  /** @throws Error when what runs the sessions is gone */
  status(): Promise<unknown>;
}
