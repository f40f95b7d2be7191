/** Command line ↔ headless Electron host. Both sides are ours; the schemas keep them in step. */
import { z } from 'zod';
import { PackageProgress } from '../contract/package-progress.ts';
import { RunPhase } from '../contract/run-phase.ts';
import { DoctorReport } from '../contract/doctor.ts';
import { LIMITS } from '../limits.ts';
import { PackageSettings } from '../packages/package-settings.ts';
import { defineContract } from '../rpc/contract.ts';
import {
  Bytes,
  CollectedFile,
  EndedSession,
  OutputFile,
  RunDisplay,
  RunOutput,
  RunRequest,
  RunResult,
  SessionName,
  WorkspaceFileName,
} from '../contract/run.ts';
import { SandboxEvent, SandboxState } from '../contract/sandbox-events.ts';
import { MIB, MS_PER_MINUTE } from '../units.ts';
import { CallNumber, FunctionAnswer, FunctionQuestion } from './blocking-calls.ts';

const RunId = z.number().int().nonnegative();
const Pid = z.number().int();

/** Sources of the sandbox's packages, and which packages code may use. */
export const HostPackages = z.strictObject({
  settings: PackageSettings,
  /** File of an offline pack. */
  pack: z.string().max(LIMITS.pathLength).exactOptional(),
  /** Address of a simple index (PEP 691) for what the lock does not know. */
  indexUrl: z.string().max(LIMITS.pathLength).exactOptional(),
  /** Whether the official CDN may be asked. */
  official: z.boolean(),
});
export type HostPackages = z.infer<typeof HostPackages>;

/** Settings of the host's sandbox; defaults are those of `SandboxConfig`. */
export const HostSandboxOptions = z.strictObject({
  memoryMiB: z.number().int().min(LIMITS.memoryMiB.min).max(LIMITS.memoryMiB.max),
  outputKiB: z.number().int().min(LIMITS.outputKiB.min).max(LIMITS.outputKiB.max),
  idleMs: z
    .number()
    .int()
    .min(1)
    .max(LIMITS.idleMinutes.max * MS_PER_MINUTE)
    .exactOptional(),
  standby: z.boolean().exactOptional(),
  spares: z.number().int().min(0).max(LIMITS.spares).exactOptional(),
  packages: HostPackages.exactOptional(),
  crashLimit: z
    .strictObject({ crashes: z.number().int().min(1), windowMs: z.number().int().min(1) })
    .exactOptional(),
});
export type HostSandboxOptions = z.infer<typeof HostSandboxOptions>;

export const HostStatus = z.strictObject({
  state: SandboxState,
  /** Of the sidecar process. */
  pid: Pid.nullable(),
  standby: z.strictObject({ pid: Pid.nullable(), ready: z.boolean() }),
  /** Named sessions with state, the one used last at the end. */
  sessions: z.array(z.string()),
  electron: z.string(),
});
export type HostStatus = z.infer<typeof HostStatus>;

/** Messages during a run, in order. A file comes in parts, and is complete with the last one. */
export const HostRunItem = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('output'), output: RunOutput }),
  z.strictObject({ kind: z.literal('display'), display: RunDisplay }),
  /** The run waits until `answer` is called. */
  z.strictObject({ kind: z.literal('input'), prompt: z.string(), secret: z.boolean() }),
  z.strictObject({
    kind: z.literal('file-part'),
    name: WorkspaceFileName,
    mime: z.string(),
    bytes: Bytes,
    last: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('file'), file: CollectedFile }),
  /** A piece of a call of one of the client's functions. The run waits until `answerCall` is called. */
  z.strictObject({ kind: z.literal('call'), piece: FunctionQuestion }),
  /** The run waits for the next part of what was answered. */
  z.strictObject({ kind: z.literal('call-rest'), call: CallNumber }),
  /** From now on the run's calls are refused. */
  z.strictObject({ kind: z.literal('calls-end') }),
]);
export type HostRunItem = z.infer<typeof HostRunItem>;

/** What is streamed of a run, and the wording of advice about missing packages. */
export const HostRunOptions = z.strictObject({
  output: z.boolean(),
  displays: z.boolean(),
  files: z.boolean(),
  input: z.boolean(),
  /** See `RunOptions.countsInput`. */
  countsInput: z.boolean().default(false),
  /** Advice for a user at a terminal names options; advice for a program names fields of the request. */
  adviceWording: z.enum(['command-line', 'program']),
});
export type HostRunOptions = z.infer<typeof HostRunOptions>;

export const hostContract = defineContract({
  methods: {
    /** Sets the sandbox up; nothing is started yet. To be called once. */
    open: {
      params: z.strictObject({
        sandbox: HostSandboxOptions,
        /** Whether events are wanted; each is a message. */
        events: z.boolean(),
      }),
      result: z.strictObject({}),
    },
    run: {
      params: z.strictObject({
        id: RunId,
        request: RunRequest,
        /** What the client wants of it as it comes. Without `input`, the guest finds the end of the file. */
        runOptions: HostRunOptions,
        /** Whether the events `packages` and `phase` are wanted while packages are fetched, put in and imported. */
        progress: z.boolean().default(false),
        /** What Python is told of the client's functions (`RunCalls.facts`). Without it, nothing can be called. */
        functions: z.string().max(LIMITS.functionTextLength).exactOptional(),
      }),
      item: HostRunItem,
      /** Without what was streamed of its output (see streamed-output.ts). */
      result: RunResult,
    },
    /** A line for a run that waits for input; null: there is no more. */
    answer: {
      params: z.strictObject({ id: RunId, line: z.string().nullable() }),
      result: z.strictObject({}),
    },
    /** Answers a call of one of the client's functions. */
    answerCall: {
      params: z.strictObject({ id: RunId, call: CallNumber, answer: FunctionAnswer }),
      result: z.strictObject({}),
    },
    /** The files below /workspace of a session; null when it has no interpreter. */
    listFiles: {
      params: z.strictObject({ session: SessionName }),
      result: z.strictObject({ files: z.array(OutputFile).nullable() }),
    },
    readFile: {
      params: z.strictObject({ session: SessionName, name: WorkspaceFileName }),
      result: z.strictObject({ bytes: Bytes }),
    },
    /** Cancels a run; the run itself then answers with its result. */
    cancel: { params: z.strictObject({ id: RunId }), result: z.strictObject({}) },
    status: { params: z.strictObject({}), result: HostStatus },
    /** Does what a run of that session does, without code. */
    ping: {
      params: z.strictObject({ session: SessionName }),
      result: z.strictObject({ alive: z.boolean() }),
    },
    /** Ends a session as a program ends, and forgets its state. */
    reset: { params: z.strictObject({ session: SessionName }), result: EndedSession },
    /** Ends the sidecar; the next run starts a new one, also after too many crashes. */
    restart: { params: z.strictObject({}), result: z.strictObject({}) },
    /**
     * Examines the isolation; needs no sandbox to be opened. `lockdown: false` shows what the same probes reach
     * when the operating system refuses nothing.
     */
    doctor: { params: z.strictObject({ lockdown: z.boolean() }), result: DoctorReport },
    /** Ends the sandbox's processes. */
    dispose: {
      params: z.strictObject({
        /** Whether the host may outlive its client, to make snapshots that later runs start from. */
        mayGoOn: z.boolean(),
      }),
      /** Whether it does so, for three minutes at most, once its client has closed the channel. */
      result: z.strictObject({ goesOn: z.boolean() }),
    },
  },
  events: {
    sandbox: SandboxEvent,
    packages: z.strictObject({ id: RunId, progress: PackageProgress }),
    phase: z.strictObject({ id: RunId, phase: RunPhase }),
  },
});
export type HostContract = typeof hostContract;

export const hostClientContract = defineContract({ methods: {}, events: {} });

/** Whole input files and whole results pass here, with the JSON of a value in them. */
export const HOST_LIMITS = {
  maxMessageBytes: 1024 * MIB,
  maxSendBytes: 1024 * MIB,
  maxDepth: 80,
  maxNodes: 300_000,
} as const;
