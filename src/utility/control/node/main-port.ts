import process from 'node:process';
import { fromIpcChannel } from '../../../shared/rpc/child-process-port.ts';
import { fromEmitterPort, type EmitterPort, type RpcPort } from '../../../shared/rpc/port.ts';

/** Electron's `process.parentPort`, as far as it is used here. */
interface ParentPort {
  once(event: 'message', listener: (event: { ports: EmitterPort[] }) => void): void;
}

const electronParentPort = (): ParentPort | undefined => (process as { parentPort?: ParentPort }).parentPort;

/** Calls back with the connection to main: under Electron a port of its own, which main sends first. */
export const connectToMain = (onPort: (port: RpcPort) => void): void => {
  const parent = electronParentPort();
  if (parent === undefined) {
    onPort(fromIpcChannel(process));
    return;
  }
  parent.once('message', (event) => {
    const port = event.ports[0];
    if (port !== undefined) onPort(fromEmitterPort(port));
  });
};
