import process from 'node:process';
import type { SystemCalls } from '../../lockdown/native-calls.ts';
import type { ControlHost } from '../host/control-host.ts';
import { NodeCodec } from './node-codec.ts';
import { NodeProcessGuard } from './node-process-guard.ts';
import { NodeThreads } from './node-threads.ts';

/** This process. @param loadBinding gives the native calls for the lock-down */
export const nodeControlHost = (loadBinding: (file: string) => SystemCalls): ControlHost => ({
  threads: new NodeThreads(),
  codec: new NodeCodec(),
  guard: new NodeProcessGuard(process.env, loadBinding),
});
