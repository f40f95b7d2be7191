/** Entry of the soak sidecar, which the soak bundles; see contract.ts. */
import process from 'node:process';
import { Assets } from '../../../src/utility/control/interpreters/assets.ts';
import { InterpreterThread } from '../../../src/utility/control/interpreters/interpreter-thread.ts';
import { connectToMain } from '../../../src/utility/control/node/main-port.ts';
import { nodeControlHost } from '../../../src/utility/control/node/node-control-host.ts';
import {
  prepareStartContext,
  type StartContext,
} from '../../../src/utility/control/interpreters/start-context.ts';
import { makeSnapshot } from '../../../src/utility/control/snapshot-maker.ts';
import { loadKoffi } from '../../../src/utility/lockdown/koffi-calls.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { RpcError } from '../../../src/shared/rpc/errors.ts';
import { RpcPeer } from '../../../src/shared/rpc/peer.ts';
import { sidecarHostContract } from '../../../src/shared/protocol/sidecar-protocol.ts';
import { MIB } from '../../../src/shared/units.ts';
import { endThread, type StartTimes } from './end-thread.ts';
import { endedThreadsContract } from './contract.ts';
import { momentOf, nameOf } from './moments.ts';

/** Threads that live at the same time. */
const AT_ONCE = 4;

const measure = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

const startAndEnd = (context: StartContext, mode: 'plain' | 'restore') => async (): Promise<void> => {
  const thread = new InterpreterThread(context, mode);
  const { image } = context.snapshot;
  await thread.boot(mode === 'plain' || image === undefined ? undefined : { bytes: image });
  await thread.terminate();
};

const serve = (): void => {
  const host = nodeControlHost(loadKoffi);
  const assets = new Assets();
  let prepared: { readonly context: StartContext; readonly times: StartTimes } | undefined;

  connectToMain((port) => {
    const peer = new RpcPeer({
      port,
      local: endedThreadsContract,
      remote: sidecarHostContract,
      handlers: {
        loadAsset: ({ name, bytes }) => {
          assets.put(name, bytes);
          return {};
        },
        prepare: async ({ memoryMiB, lockdown }) => {
          const checks = host.guard.check();
          const context = await prepareStartContext(assets, memoryMiB, host);
          const locked = host.guard.lockDown(lockdown);
          const all = { checks: [...checks, ...locked.checks], layers: [...locked.layers] };
          if (!all.checks.every(({ holds }) => holds)) return all;
          await makeSnapshot(context);
          const plainMs = await measure(startAndEnd(context, 'plain'));
          prepared = { context, times: { plainMs, restoreMs: 0 } };
          return all;
        },
        endThreads: async ({ count, first, seed }) => {
          if (prepared === undefined) throw new RpcError('failed', 'not prepared');
          const { context, times } = prepared;
          // The machine may be busier or less so than before. Several at a time take longer than one.
          times.restoreMs = await measure(() =>
            Promise.all(Array.from({ length: AT_ONCE }, startAndEnd(context, 'restore'))),
          );
          const ended: Record<string, number> = {};
          const [hung, wrong]: [number[], string[]] = [[], []];
          let next = first;
          const work = async (): Promise<void> => {
            while (next < first + count) {
              const index = next++;
              const moment = momentOf(seed, index);
              const end = await endThread(context, moment, times);
              const name = nameOf(moment);
              if (end === 'ended') ended[name] = (ended[name] ?? 0) + 1;
              else if (end === 'hung') hung.push(index);
              else wrong.push(`thread ${index}, ${name}: ${end.wrong}`.slice(0, 1000));
            }
          };
          await Promise.all(Array.from({ length: AT_ONCE }, work));
          return { ended, hung, wrong };
        },
      },
      limits: { maxMessageBytes: 32 * MIB, maxSendBytes: LIMITS.sidecarMessageBytes },
    });
    void peer.closed.then(() => process.exit(0));
  });
};

serve();
