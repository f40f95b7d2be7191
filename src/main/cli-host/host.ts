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
import type { PackageProgress } from '../../shared/contract/package-progress.ts';
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

/**
 * Serves one client, the command line, until it is gone, and ends the sandbox's processes then.
 *
 * @returns false when that hangs, as it may where a disk does: this process can not serve any more then
 */
export const serveHost = async (options: HostOptions): Promise<boolean> => {
  const runs = new Map<number, HostRun>();
  let sandbox: Sandbox | undefined;
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
      run: async ({ functions, id, request, wants, progress: wanted }, { write }) => {
        const run = new HostRun();
        runs.set(id, run);
        const onPackages = wanted
          ? (progress: PackageProgress) => peer.emit('packages', { id, progress })
          : undefined;
        try {
          return await run.run(opened(), request, wants, write, onPackages, functions);
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
      dispose: async () => {
        await sandbox?.dispose();
        return {};
      },
    },
  });
  await peer.closed;
  const disposed = Promise.resolve(sandbox?.dispose()).then(() => true);
  const { disposeMs = DISPOSE_MS } = options;
  return Promise.race([disposed, setTimeout(disposeMs, false, { ref: false })]);
};

/** Why a file can't be had may be told to the client; other errors stay here. */
const describeFailure = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    throw error instanceof WorkspaceFileError ? new RpcError('failed', error.message) : error;
  }
};
