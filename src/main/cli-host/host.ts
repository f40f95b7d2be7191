import { setImmediate, setTimeout } from 'node:timers/promises';
import type { DoctorReport } from '../../shared/contract/doctor.ts';
import {
  hostClientContract,
  hostContract,
  HOST_LIMITS,
  type HostSandboxOptions,
} from '../../shared/protocol/host-protocol.ts';
import { RpcError } from '../../shared/rpc/errors.ts';
import { RpcPeer } from '../../shared/rpc/peer.ts';
import type { RpcPort } from '../../shared/rpc/port.ts';
import type { SandboxEvent } from '../../shared/contract/sandbox-events.ts';
import { WorkspaceFileError } from '../sandbox/sessions/file-collector.ts';
import { InvalidRequestError } from '../run/parse-request.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { HostRun } from './host-run.ts';

export interface HostOptions {
  readonly port: RpcPort;
  readonly createSandbox: (options: HostSandboxOptions, onEvent: (event: SandboxEvent) => void) => Sandbox;
  /** Examines the isolation of this installation, with the lock-down or without. */
  readonly examine: (lockdown: boolean) => Promise<DoctorReport>;
  /** Version of Electron, for whoever asks. */
  readonly electron: string;
  /** For the sandbox's processes to end once the client is gone, in ms. */
  readonly disposeMs?: number;
}

const DISPOSE_MS = 10_000;
/** For snapshots to be made once the client is gone, in ms. */
const GO_ON_MS = 180_000;

/**
 * How a host has ended. 'hangs': the sandbox does not end, as it may be where a disk hangs, and this process can not serve any
 * more. 'outlived': its client is gone for long, and with it whoever tidies up after it.
 */
export type HostEnd = 'ended' | 'hangs' | 'outlived';

/**
 * Serves one client, the command line, until it is gone, and ends the sandbox's processes then. A client that lets it may
 * leave it behind to make snapshots.
 */
export const serveHost = async (options: HostOptions): Promise<HostEnd> => {
  const runs = new Map<number, HostRun>();
  let sandbox: Sandbox | undefined;
  /** What is to be done once the client is gone. */
  const after = { goesOn: false };
  const opened = (): Sandbox => {
    if (sandbox === undefined) throw new RpcError('failed', 'the sandbox was not opened');
    return sandbox;
  };
  const peer = new RpcPeer<typeof hostContract, typeof hostClientContract>({
    port: options.port,
    local: hostContract,
    remote: hostClientContract,
    limits: HOST_LIMITS,
    nextTurn: () => setImmediate(),
    handlers: {
      open: ({ sandbox: wanted, events }) => {
        if (sandbox !== undefined) throw new RpcError('failed', 'the sandbox is open already');
        sandbox = options.createSandbox(wanted, (event) => {
          if (events) peer.emit('sandbox', event);
        });
        return {};
      },
      run: async ({ functions, id, request, runOptions, progress: wanted }, { write }) => {
        const run = new HostRun();
        runs.set(id, run);
        const progress: Parameters<HostRun['run']>[4] = wanted
          ? {
              onPackages: (now) => peer.emit('packages', { id, progress: now }),
              onPhase: (phase) => peer.emit('phase', { id, phase }),
            }
          : {};
        try {
          return await run.run(opened(), request, runOptions, write, progress, functions);
        } catch (error) {
          if (error instanceof InvalidRequestError) throw new RpcError('invalid-params', error.message);
          throw error;
        } finally {
          runs.delete(id);
        }
      },
      cancel: ({ id }) => {
        runs.get(id)?.cancel();
        return {};
      },
      answer: ({ id, line }) => {
        runs.get(id)?.answer(line);
        return {};
      },
      answerCall: ({ answer, call, id }) => {
        runs.get(id)?.answerCall(call, answer);
        return {};
      },
      listFiles: async ({ session }) => ({ files: await describeFailure(opened().listFiles(session)) }),
      readFile: async ({ session, name }) => ({
        bytes: await describeFailure(opened().readFile(session, name)),
      }),
      status: () => {
        const { pid, sessions, standby, state } = opened();
        return { state, pid, standby, sessions, electron: options.electron };
      },
      ping: async ({ session }) => ({ alive: await opened().ping(session) }),
      reset: ({ session }) => opened().endSession(session),
      restart: async () => {
        await opened().restart();
        return {};
      },
      doctor: async ({ lockdown }) => {
        try {
          return await options.examine(lockdown);
        } catch (error) {
          throw new RpcError('failed', error instanceof Error ? error.message : 'the examination failed');
        }
      },
      dispose: async ({ mayGoOn }) => {
        after.goesOn = mayGoOn && runs.size === 0 && sandbox?.snapshotsDue === true;
        // A host that goes on ends them itself: its client need not wait for that.
        if (!after.goesOn) await sandbox?.dispose();
        return { ...after };
      },
    },
  });
  await peer.closed;
  if (after.goesOn) await sandbox?.makeSnapshots(AbortSignal.timeout(GO_ON_MS));
  const disposed = Promise.resolve(sandbox?.dispose()).then(() => (after.goesOn ? 'outlived' : 'ended'));
  const { disposeMs = DISPOSE_MS } = options;
  return Promise.race([disposed, setTimeout(disposeMs, 'hangs' as const, { ref: false })]);
};

/** Why a file can't be had may be told to the client; other errors stay here. */
const describeFailure = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    throw error instanceof WorkspaceFileError ? new RpcError('failed', error.message) : error;
  }
};
