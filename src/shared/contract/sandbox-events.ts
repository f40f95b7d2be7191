/** What a sandbox tells whoever watches it: a window, a log. All times are ms since the epoch. */
import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { PythonRuntime } from '../runtimes.ts';
import { RunCall, RunStatus, SessionState } from './run.ts';

const Runs = z.number().int().nonnegative();

export const SandboxState = z.discriminatedUnion('name', [
  /** No process. The next run starts one. */
  z.strictObject({ name: z.literal('stopped') }),
  z.strictObject({ name: z.literal('starting') }),
  z.strictObject({ name: z.literal('ready') }),
  z.strictObject({ name: z.literal('busy'), runs: Runs }),
  /** The process misses its heartbeat; if it goes on doing so it is ended. */
  z.strictObject({ name: z.literal('unresponsive'), runs: Runs }),
  z.strictObject({ name: z.literal('stopping') }),
  /** Crashed too often: stays down until it is restarted by hand. */
  z.strictObject({ name: z.literal('broken'), reason: z.string() }),
]);
export type SandboxState = z.infer<typeof SandboxState>;

/** Why a sidecar process ended. */
export const ProcessEndCause = z.enum([
  /** By itself, or at the hands of someone else. */
  'exited',
  /** The engine or the system ran out of memory, or the process used more than it may. */
  'out-of-memory',
  /** Its control thread did not answer. */
  'unresponsive',
  /** It broke the protocol. */
  'misbehaved',
  /** It could not be made ready. */
  'start-failed',
  /** An interpreter in it could not be ended alone. */
  'stop-failed',
  /** Nobody had used it for a while. */
  'idle',
  /** Others had crashed too often: nothing runs until the sandbox is restarted. */
  'broken',
  /** The sandbox was stopped, restarted or disposed of. */
  'stopped',
]);
export type ProcessEndCause = z.infer<typeof ProcessEndCause>;

/** The one that runs code, or the one that waits to take its place. */
export const ProcessRole = z.enum(['active', 'standby']);
export type ProcessRole = z.infer<typeof ProcessRole>;

/** Why a session's state was lost. */
export const SessionEnd = z.enum([
  'reset',
  /** Dropped for want of memory or room. */
  'evicted',
  /** Nobody had used the sandbox for a while. */
  'idle',
  'run-stopped',
  'process-ended',
]);
export type SessionEnd = z.infer<typeof SessionEnd>;

/** Ends before which a session's code does what it does at the end of a program. */
export type OrderlyEnd = Exclude<SessionEnd, 'run-stopped' | 'process-ended'>;

const At = z.number().nonnegative();
const Pid = z.number().int();
const Run = z.number().int().nonnegative();
const MiB = z.number().nonnegative();

export const SandboxEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('state'), at: At, state: SandboxState }),
  z.strictObject({
    type: z.literal('process-started'),
    at: At,
    pid: Pid,
    role: ProcessRole,
    startMs: z.number(),
  }),
  /** The standby process has taken the place of one that is gone. */
  z.strictObject({ type: z.literal('process-promoted'), at: At, pid: Pid }),
  z.strictObject({
    type: z.literal('process-ended'),
    at: At,
    /** Null when it had not come to life. */
    pid: Pid.nullable(),
    role: ProcessRole,
    cause: ProcessEndCause,
    /** Exit code, signal, or what was measured, in words. */
    detail: z.string(),
  }),
  z.strictObject({ type: z.literal('run-began'), at: At, run: Run, session: z.string().nullable() }),
  z.strictObject({
    type: z.literal('run-ended'),
    at: At,
    run: Run,
    session: z.string().nullable(),
    status: RunStatus,
    state: SessionState,
    runMs: z.number().nonnegative(),
  }),
  /** A call of one of the app's functions was settled. */
  z.strictObject({
    type: z.literal('function-called'),
    at: At,
    run: Run,
    session: z.string().nullable(),
    call: RunCall,
  }),
  z.strictObject({
    type: z.literal('session-ended'),
    at: At,
    session: z.string(),
    /** Where its state was: another runtime may have a session of the same name. */
    runtime: PythonRuntime,
    why: SessionEnd,
    /** What its code printed as it ended, on both streams: its beginning and end where it is long. Absent for nothing. */
    printed: z.string().max(LIMITS.endTextBytes).optional(),
  }),
  /** Resident memory of the active process. */
  z.strictObject({ type: z.literal('memory'), at: At, pid: Pid, residentMiB: MiB, limitMiB: MiB }),
]);
export type SandboxEvent = z.infer<typeof SandboxEvent>;
