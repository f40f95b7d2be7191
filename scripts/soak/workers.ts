import process from 'node:process';
import { lockdownOrder } from '../../src/main/runtime/lockdown-binding.ts';
import { loadRuntimeAssets } from '../../src/main/runtime/runtime-assets.ts';
import { builtFiles } from '../../src/main/runtime/runtime-locations.ts';
import type { SidecarProcess } from '../../src/main/sandbox/sidecar/sidecar-process.ts';
import { LIMITS, DEFAULTS } from '../../src/shared/limits.ts';
import { failuresOf } from '../../src/shared/protocol/interpreter.ts';
import { sidecarHostContract, type SidecarHostContract } from '../../src/shared/protocol/sidecar-protocol.ts';
import { RpcPeer } from '../../src/shared/rpc/peer.ts';
import { MIB } from '../../src/shared/units.ts';
import { endedThreadsContract, type EndedThreadsContract } from './ended-threads/contract.ts';
import { inTime } from './in-time.ts';
import { MemorySamples } from './measures.ts';
import type { OrderOf, ReportOf } from './order.ts';
import type { Surroundings } from './soaked-sandbox.ts';
import { fewestThreads } from './threads.ts';

/** Workers between two readings of the memory, at which none is running. */
const BATCH = 100;
/** For that many on a busy machine. Each of them is watched more closely, in the process itself. */
const BATCH_LIMIT_MS = 900_000;

type Peer = RpcPeer<SidecarHostContract, EndedThreadsContract>;

/** Worker threads of one locked-down process, ended at any moment of their lives. */
export const soakWorkers = async (
  { count, outDir, seed, sidecar: script }: OrderOf<'workers'>,
  { launcher, log }: Surroundings,
): Promise<ReportOf<'workers'>> => {
  const sidecar = await launcher(script).launch();
  const { lost, peer } = connected(sidecar);
  await prepare(peer, outDir);
  const [main, ofSidecar] = [new MemorySamples(), new MemorySamples()];
  const ended: Record<string, number> = {};
  const wrong: string[] = [];
  let hung = 0;
  const before = await fewestThreads(sidecar.pid);
  const begun = performance.now();
  for (let first = 0; first < count && lost.length === 0; first += BATCH) {
    const order = { seed, first, count: Math.min(BATCH, count - first) };
    const result = await inTime(peer.call('endThreads', order), BATCH_LIMIT_MS).catch(() => null);
    // It is the loss of the process that is told.
    if (result === null) break;
    if (result === 'hung') {
      hung += order.count;
      break;
    }
    for (const [name, times] of Object.entries(result.ended)) ended[name] = (ended[name] ?? 0) + times;
    hung += result.hung.length;
    wrong.push(...result.wrong);
    main.take(process.pid);
    ofSidecar.take(sidecar.pid);
    log(`${first + order.count} of ${count} workers`);
  }
  const perSecond = (count * 1000) / (performance.now() - begun);
  const after = await fewestThreads(sidecar.pid, before ?? 0);
  const report: ReportOf<'workers'> = {
    ...{ part: 'workers', asked: count, ended, hung, wrong, lost: [...lost], perSecond },
    threads: before === null || after === null ? null : { before, after },
    main: main.course,
    sidecar: ofSidecar.course,
  };
  sidecar.kill();
  await sidecar.exited;
  return report;
};

/** `lost` tells when the process is gone, or is not to be spoken to. */
const connected = (sidecar: SidecarProcess): { readonly peer: Peer; readonly lost: readonly string[] } => {
  const lost: string[] = [];
  const peer: Peer = new RpcPeer({
    port: sidecar.port,
    local: sidecarHostContract,
    remote: endedThreadsContract,
    handlers: {},
    limits: { maxMessageBytes: LIMITS.sidecarMessageBytes, maxSendBytes: 32 * MIB },
  });
  void sidecar.exited.then(({ code, signal }) => {
    lost.push(`code ${String(code)}, signal ${String(signal)}`);
    peer.close('the process ended');
  });
  void peer.closed.then((reason) => lost.push(`the connection was closed: ${reason}`));
  return { peer, lost };
};

/** @throws Error when the process is not as it should be */
const prepare = async (peer: Peer, outDir: string): Promise<void> => {
  const files = builtFiles(outDir);
  for (const { name, bytes } of await loadRuntimeAssets(files.runtime))
    await peer.call('loadAsset', { name, bytes });
  const lockdown = await lockdownOrder(files.binding)(null);
  const { checks } = await peer.call('prepare', { memoryMiB: DEFAULTS.memoryMiB, lockdown });
  const failed = failuresOf(checks);
  if (failed.length > 0) throw new Error(`a self-check failed: ${failed.join(', ')}`);
};
