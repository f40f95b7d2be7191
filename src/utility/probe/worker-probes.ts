import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { ProbeTargets } from '../../shared/protocol/probe-protocol.ts';
import { ProbeResult } from '../../shared/contract/probes.ts';

/**
 * Runs the probes in a worker thread that is started from source, after the lock-down, as interpreters are.
 *
 * @param script source of this very program
 */
export const probeInWorker = async (script: string, targets: ProbeTargets): Promise<ProbeResult[]> => {
  const worker = new Worker(script, {
    eval: true,
    workerData: targets,
    env: {},
    argv: [],
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', (message) => resolve(z.array(ProbeResult).parse(message)));
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the worker ended without results')));
    });
  } finally {
    await worker.terminate();
  }
};
