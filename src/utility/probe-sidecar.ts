/**
 * Entry of the probe sidecar: the ordinary sidecar that tries to break out of its lock-down when it is asked
 * to. For `vivarium doctor` and the tests; no guest code ever gets there. Run in a worker thread, it only tries.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { LIMITS } from '../shared/limits.ts';
import type { RunEnd, RunOrder, SidecarPiece } from '../shared/protocol/interpreter.ts';
import { MAX_PRINTED, probeContract, ProbeTargets } from '../shared/protocol/probe-protocol.ts';
import type { ProbeThread, ProbeResult } from '../shared/contract/probes.ts';
import { RpcPeer } from '../shared/rpc/peer.ts';
import { sidecarHostContract } from '../shared/protocol/sidecar-protocol.ts';
import { connectToMain } from './control/node/main-port.ts';
import { nodeControlHost } from './control/node/node-control-host.ts';
import { Sidecar } from './control/sidecar.ts';
import { loadKoffi } from './lockdown/koffi-calls.ts';
import type { SystemCalls } from './lockdown/native-calls.ts';
import { POOL_FILE_PROBES, SYNC_FILE_PROBES } from './probe/file-probes.ts';
import { browserProbes, browserNetwork, NAME_PROBES, NETWORK_PROBES } from './probe/network-probes.ts';
import { runProbes, type Probe } from './probe/probe.ts';
import {
  DEBUG_PROBES,
  DISARMED_PROBE,
  INSPECTOR_PROBE,
  NATIVE_PROBES,
  PROGRAM_PROBES,
} from './probe/process-probes.ts';
import { findIoUrings, ioUringProbes } from './probe/io-uring-probes.ts';
import { outgoingSockets, socketWriteProbes, systemCallProbes } from './probe/system-call-probes.ts';
import { probeInWorker } from './probe/worker-probes.ts';

/** Possible from any thread. The last of them spoil the folder. */
const anywhere = (load: (binding: string) => SystemCalls): Probe[] => [
  ...NATIVE_PROBES,
  ...SYNC_FILE_PROBES,
  ...NETWORK_PROBES,
  ...PROGRAM_PROBES,
  ...systemCallProbes(load),
  ...DEBUG_PROBES,
];

interface Writing {
  readonly write: (piece: SidecarPiece) => Promise<void>;
  readonly tryWrite: (piece: SidecarPiece) => boolean;
}
type Run = (order: RunOrder, writing: Writing) => RunEnd | Promise<RunEnd>;

/** Runs Python in an interpreter of this process, and keeps the start of what it prints. */
const runPython = async (
  run: Run,
  code: string,
): Promise<{ readonly printed: string; readonly died: string | null }> => {
  const pieces: Uint8Array[] = [];
  const keep = (piece: SidecarPiece): boolean => {
    if (piece.channel === 'stdout') pieces.push(piece.bytes);
    return true;
  };
  const end = await run(
    { code, outputBytes: MAX_PRINTED, input: false },
    {
      tryWrite: keep,
      write: (piece) => {
        keep(piece);
        return Promise.resolve();
      },
    },
  );
  const printed = Buffer.concat(pieces).toString('utf8').slice(0, MAX_PRINTED);
  return { printed, died: end.kind === 'died' ? end.detail : null };
};

const serveProbes = (): void => {
  // All that is needed later is taken while it can be: files, Electron's `net`, the native calls.
  const ownScript = readFileSync(__filename, 'utf8');
  const net = browserNetwork();
  const sockets = outgoingSockets();
  const rings = findIoUrings();
  let kept: SystemCalls | undefined;
  const load = (binding: string): SystemCalls => (kept ??= loadKoffi(binding));
  const { loadAsset, prepare, openInterpreter, run } = new Sidecar(nodeControlHost(load)).handlers();

  const probe = (where: ProbeThread, targets: ProbeTargets): Promise<ProbeResult[]> => {
    switch (where) {
      case 'main':
        return runProbes(
          [
            ...anywhere(load),
            INSPECTOR_PROBE,
            DISARMED_PROBE,
            ...socketWriteProbes(load, sockets),
            ...ioUringProbes(load, rings),
            ...browserProbes(net),
          ],
          where,
          targets,
        );
      case 'pool':
        return runProbes([...POOL_FILE_PROBES, ...NAME_PROBES], where, targets);
      case 'worker':
        return probeInWorker(ownScript, targets);
    }
  };

  connectToMain((port) => {
    const peer = new RpcPeer({
      port,
      local: probeContract,
      remote: sidecarHostContract,
      handlers: {
        loadAsset,
        prepare,
        openInterpreter,
        runPython: ({ interpreter, code }, context) =>
          runPython((order, write) => run({ ...order, interpreter }, { ...context, ...write }), code),
        probe: async ({ where, targets }) => ({ results: await probe(where, targets) }),
      },
      limits: { maxMessageBytes: LIMITS.toSidecarBytes, maxSendBytes: LIMITS.sidecarMessageBytes },
    });
    void peer.closed.then(() => process.exit(0));
  });
};

if (isMainThread) serveProbes();
else {
  const probes = [...anywhere(loadKoffi), ...POOL_FILE_PROBES, ...NAME_PROBES];
  void runProbes(probes, 'worker', ProbeTargets.parse(workerData)).then((results) =>
    parentPort?.postMessage(results),
  );
}
