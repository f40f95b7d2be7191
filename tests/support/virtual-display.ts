import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface VirtualDisplay {
  /** For the environment variable DISPLAY. */
  readonly name: string;
  close(): Promise<void>;
}

/** Starts an X server without a screen, on a free display number. @throws Error when Xvfb can't be started */
export async function openVirtualDisplay(): Promise<VirtualDisplay> {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => {
    server.once('exit', () => {
      resolve();
    });
  });
  const number = await new Promise<string>((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', () => {
      reject(new Error('Xvfb ended at once'));
    });
    (server.stdio[3] as Readable).once('data', (bytes: Buffer) => {
      resolve(bytes.toString('utf8').trim());
    });
  });
  return {
    name: `:${number}`,
    close: async () => {
      server.kill();
      await ended;
    },
  };
}
