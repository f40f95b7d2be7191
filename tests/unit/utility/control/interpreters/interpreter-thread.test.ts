/** A thread that is asked something outside of runs, with a worker of the test's at the other end of its port. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import {
  workerContract,
  workerHostContract,
  type WorkerStart,
} from '../../../../../src/shared/protocol/worker-protocol.ts';
import type { NameQuestion } from '../../../../../src/shared/protocol/name-reports.ts';
import type { Handlers } from '../../../../../src/shared/rpc/contract.ts';
import { fromEmitterPort } from '../../../../../src/shared/rpc/port.ts';
import { RpcPeer } from '../../../../../src/shared/rpc/peer.ts';
import type { ThreadListener } from '../../../../../src/utility/control/host/thread-host.ts';
import { InterpreterThread } from '../../../../../src/utility/control/interpreters/interpreter-thread.ts';
import { never } from '../../../sandbox/support.ts';

const LIMIT_MIB = 100;
const question: NameQuestion = { about: 'names', path: [], prefix: '' };

const setUp = (lookUpNames: Handlers<typeof workerContract>['lookUpNames']) => {
  const { port1, port2 } = new MessageChannel();
  let started: Pick<WorkerStart, 'interrupts' | 'used'> | undefined;
  const end = (): void => port2.close();
  onTestFinished(end);
  const refuse = (): never => {
    throw new Error('it is not asked for that here');
  };
  const thread = new InterpreterThread(
    {
      threadHost: {
        start: (_script, listener: ThreadListener) => ({
          port: fromEmitterPort(port1),
          begin: (start) => {
            started = start;
          },
          giveImage: () => undefined,
          terminate: async () => {
            end();
            listener.onExit(1);
          },
        }),
        nextTurn: async () => undefined,
      },
      workerScript: '',
      start: { wasm: [] as never, stdlib: new Uint8Array(0), guestScript: '' },
      snapshot: { image: undefined },
      interpreterLimitMiB: LIMIT_MIB,
    },
    'plain',
  );
  new RpcPeer({
    port: fromEmitterPort(port2),
    local: workerContract,
    remote: workerHostContract,
    handlers: {
      ...(Object.fromEntries(
        Object.keys(workerContract.methods).map((method) => [method, refuse]),
      ) as unknown as Handlers<typeof workerContract>),
      lookUpNames,
    },
    nextTurn: () => nextTurn(),
  });
  if (started === undefined) throw new Error('it was not started');
  return { thread, interrupts: new Int32Array(started.interrupts), used: new Int32Array(started.used) };
};

it('is asked for its memory while it answers, and ended when that is too much', async () => {
  const { interrupts, thread, used } = setUp(never);
  const asked = thread.call('lookUpNames', question);
  asked.catch(() => undefined);
  await expect.poll(() => Atomics.load(interrupts, 1)).toBe(1);
  Atomics.store(used, 0, LIMIT_MIB + 1);
  expect(await thread.died).toEqual({
    cause: 'out-of-memory',
    detail: 'the interpreter used 101 MiB of 100 MiB for its data, files and objects',
  });
  await expect(asked).rejects.toMatchObject({ code: 'closed' });
});

it('passes on what the worker answers', async () => {
  const { thread } = setUp(async (_asked, { write }) => {
    await write({ bytes: new TextEncoder().encode('said') });
    return {};
  });
  const said: string[] = [];
  const onItem = ({ bytes }: { readonly bytes: Uint8Array }): void =>
    void said.push(new TextDecoder().decode(bytes));
  expect(await thread.call('lookUpNames', question, { onItem })).toEqual({});
  expect([said, thread.closed]).toEqual([['said'], false]);
});
