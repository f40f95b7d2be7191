import { PIECE_BYTES } from '../../shared/protocol/interpreter.ts';
import type { HandlerContext, Handlers } from '../../shared/rpc/contract.ts';
import {
  guestQuestions,
  type GuestQuestion,
  type QuestionParams,
} from '../../shared/protocol/interpreter-methods.ts';
import { RpcError } from '../../shared/rpc/errors.ts';
import { RpcPeer } from '../../shared/rpc/peer.ts';
import type { RpcPort } from '../../shared/rpc/port.ts';
import {
  TO_WORKER_LIMITS,
  workerContract,
  workerHostContract,
  type WorkerContract,
  type WorkerImage,
  type WorkerStart,
} from '../../shared/protocol/worker-protocol.ts';
import { CONTROL_WORDS } from '../../shared/protocol/control-words.ts';
import type { NextTurn } from '../../shared/rpc/pacer.ts';
import { InterpreterHost } from './interpreter-host.ts';
import type { RealmHost, WorkerEnvironment } from './host-ports.ts';

/** Captured before the thread is hardened. */
export interface ThreadEnvironment extends Omit<
  WorkerEnvironment,
  'askForPackageFile' | 'isInterrupted' | 'isStopping' | 'forgetInterrupt' | 'measure'
> {
  /** Memory of the thread: its heap, files and WebAssembly memory, in MiB. */
  readonly usedMiB: () => number;
  readonly nextTurn: NextTurn;
}

/** The thread that an interpreter lives in. */
export interface Thread {
  /** To the control thread. */
  readonly port: RpcPort;
  readonly start: WorkerStart;
  readonly environment: ThreadEnvironment;
  readonly realms: RealmHost;
  /** What the interpreter is restored from, if it is. */
  readonly takeImage: () => WorkerImage | undefined | Promise<WorkerImage | undefined>;
}

const { load, store } = Atomics;

/** Of the image on its way to the control thread. */
const SNAPSHOT_PIECE_BYTES = 512 * 1024;

/** No guest code has run in an interpreter that is saved, so its message is trusted. */
const describeFailure = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw new RpcError('failed', error instanceof Error ? error.message : 'no snapshot');
  }
};

/** What was read. @throws RpcError with what went wrong */
const known = (read: Uint8Array | string): Uint8Array => {
  if (typeof read === 'string') throw new RpcError('failed', read);
  return read;
};

/** Sends the guest core's answer in pieces. */
const answersTo =
  <Q extends GuestQuestion>(
    interpreter: InterpreterHost,
    question: Q,
  ): ((
    params: QuestionParams<Q>,
    context: HandlerContext<{ bytes: Uint8Array }>,
  ) => Promise<Record<string, never>>) =>
  async (params, { write }) => {
    const answer = interpreter.ask(question, params);
    for (let offset = 0; offset < answer.length; offset += PIECE_BYTES) {
      await write({ bytes: answer.slice(offset, offset + PIECE_BYTES) });
    }
    return {};
  };

const questionHandlers = (interpreter: InterpreterHost): Pick<Handlers<WorkerContract>, GuestQuestion> => {
  const questions = Object.keys(guestQuestions) as GuestQuestion[];
  // Each handler has its question's types, which fromEntries can't express.
  return Object.fromEntries(
    questions.map((question) => [question, answersTo(interpreter, question)]),
  ) as unknown as Pick<Handlers<WorkerContract>, GuestQuestion>;
};

const handlersOf = (
  interpreter: InterpreterHost,
  takeImage: Thread['takeImage'],
  measure: () => void,
): Handlers<WorkerContract> => ({
  boot: async () => {
    try {
      return { checks: await interpreter.boot(await takeImage()) };
    } catch (error) {
      // No guest code has run in it, so its message is trusted.
      throw new RpcError('failed', error instanceof Error ? error.message : 'the interpreter did not start');
    }
  },
  ...questionHandlers(interpreter),
  takeFiles: async ({ paths }, { write }) => {
    for (const [index, path] of paths.entries()) {
      const bytes = interpreter.takeFile(path);
      if (bytes !== null) await write({ index, bytes });
    }
    return {};
  },
  takeSnapshot: async (_params, { write }) => {
    const image = describeFailure(() => interpreter.takeSnapshot());
    for (let offset = 0; offset < image.length; offset += SNAPSHOT_PIECE_BYTES) {
      await write({ bytes: image.slice(offset, offset + SNAPSHOT_PIECE_BYTES) });
    }
    return { bytes: image.length };
  },
  writeFile: ({ name, bytes, append }) => {
    const problem = interpreter.writeFile(name, bytes, append);
    if (problem !== '') throw new RpcError('failed', problem);
    return {};
  },
  removeFile: ({ name }) => {
    const problem = interpreter.removeFile(name);
    if (problem !== '') throw new RpcError('failed', problem);
    return {};
  },
  readFile: async ({ name }, { write, signal }) => {
    for (let offset = 0; !signal.aborted;) {
      const bytes = known(interpreter.readFile(name, offset));
      if (bytes.length === 0) break;
      offset += bytes.length;
      await write({ bytes });
    }
    return {};
  },
  installPackage: (placed) => {
    const problem = interpreter.installPackage(placed);
    if (problem !== '') throw new RpcError('failed', problem);
    return {};
  },
  run: async (order, { write }) => {
    const end = await interpreter.run(order, (piece) => void write(piece));
    // What it holds from now on.
    measure();
    return end;
  },
  whenIdle: () => ({}),
});

/** Answers the control thread from now on. The interpreter is started by `boot`. */
export const serveInterpreter = ({
  environment,
  port,
  realms,
  start,
  takeImage,
}: Thread): InterpreterHost => {
  const [interrupts, used] = [new Int32Array(start.interrupts), new Int32Array(start.used)];
  const { nextTurn, usedMiB, ...ofThread } = environment;
  const workerEnvironment: WorkerEnvironment = {
    ...ofThread,
    measure: () => void store(used, 0, usedMiB()),
    askForPackageFile: (call, request) => peer.emit('readPackageFile', { call, ...request }),
    isInterrupted: () => load(interrupts, CONTROL_WORDS.interrupt) !== 0,
    isStopping: () => load(interrupts, CONTROL_WORDS.stopping) !== 0,
    forgetInterrupt: () => void store(interrupts, CONTROL_WORDS.interrupt, 0),
  };
  const interpreter = new InterpreterHost(start, workerEnvironment, realms);
  const peer = new RpcPeer({
    port,
    local: workerContract,
    remote: workerHostContract,
    limits: { maxMessageBytes: TO_WORKER_LIMITS.maxBytes, maxNodes: TO_WORKER_LIMITS.maxNodes },
    handlers: handlersOf(interpreter, takeImage, workerEnvironment.measure),
    nextTurn,
  });
  return interpreter;
};
