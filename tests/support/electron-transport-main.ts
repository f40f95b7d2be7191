/** An Electron main process that asks for addresses through Electron's network, and says what it got. */
import process from 'node:process';
import { app } from 'electron';
import { Downloads } from '../../src/main/packages/downloads.ts';
import { electronTransport } from '../../src/main/packages/electron-transport.ts';
import { sha256Of } from '../../src/main/packages/verified-file.ts';

const LIMITS = { overallMs: 10_000, idleMs: 500, attempts: 2, pauseMs: 1 };

const ask = async (url: string): Promise<string> => {
  try {
    const bytes = await new Downloads(electronTransport(), LIMITS).get(url, {
      maxBytes: 1_000_000,
      otherHosts: false,
      signal: AbortSignal.timeout(20_000),
    });
    return sha256Of(bytes);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const main = async (): Promise<void> => {
  await app.whenReady();
  const answers: Record<string, string> = {};
  for (const url of (process.env['VIVARIUM_TEST_URLS'] ?? '').split(' ')) answers[url] = await ask(url);
  process.stdout.write(`ANSWERS ${JSON.stringify(answers)}\n`, () => app.exit(0));
};

main().catch((error: unknown) => {
  process.stderr.write(String(error));
  app.exit(1);
});
