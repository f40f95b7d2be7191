/**
 * Entry of the sidecar process, under Electron's utilityProcess or as a plain Node child process. Whichever
 * it is, the connection to main is all it gets.
 */
import process from 'node:process';
import { LIMITS } from '../shared/limits.ts';
import { RpcPeer } from '../shared/rpc/peer.ts';
import { sidecarContract, sidecarHostContract } from '../shared/protocol/sidecar-protocol.ts';
import { connectToMain } from './control/node/main-port.ts';
import { nodeControlHost } from './control/node/node-control-host.ts';
import { Sidecar } from './control/sidecar.ts';
import { loadKoffi } from './lockdown/koffi-calls.ts';

// A Ctrl-C in a terminal reaches the whole process group; stopping is main's decision.
process.on('SIGINT', () => undefined);

const host = nodeControlHost(loadKoffi);
const sidecar = new Sidecar(host);

connectToMain((port) => {
  const peer = new RpcPeer({
    port,
    local: sidecarContract,
    remote: sidecarHostContract,
    handlers: sidecar.handlers(),
    nextTurn: () => host.threads.nextTurn(),
    limits: {
      maxMessageBytes: LIMITS.toSidecarBytes,
      maxSendBytes: LIMITS.sidecarMessageBytes,
      maxInFlight: LIMITS.sidecarCalls,
    },
  });
  // Without main there is nothing to do, and nobody who would end this process.
  void peer.closed.then(() => process.exit(0));
});
