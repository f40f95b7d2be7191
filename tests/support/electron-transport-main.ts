/** An Electron main process that asks for addresses through Electron's network, and says what it got. */
import process from 'node:process';
import { app } from 'electron';
import { Downloads } from '../../src/main/packages/http/downloads.ts';
import { electronTransport } from '../../src/main/packages/http/electron-transport.ts';
import { sha256Of } from '../../src/main/packages/store/verified-file.ts';

/** What is asked for, and how patiently; see tests/integration/electron-transport.test.ts. */
export interface Question {
  readonly url: string;
  readonly idleMs: number;
  readonly overallMs?: number;
}

const ask = async ({ url, idleMs, overallMs = 60_000 }: Question): Promise<string> => {
  try {
    const bytes = await new Downloads(electronTransport(), {
      overallMs,
      idleMs,
      attempts: 2,
      pauseMs: 1,
    }).get(url, {
      maxBytes: 1_000_000,
      otherHosts: false,
      signal: AbortSignal.timeout(60_000),
    });
    return sha256Of(bytes);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const main = async (): Promise<void> => {
  await app.whenReady();
  const answers: Record<string, string> = {};
  const questions = JSON.parse(process.env['VIVARIUM_TEST_QUESTIONS'] ?? '[]') as Question[];
  for (const question of questions) answers[question.url] = await ask(question);
  process.stdout.write(`ANSWERS ${JSON.stringify(answers)}\n`, () => app.exit(0));
};

main().catch((error: unknown) => {
  process.stderr.write(String(error));
  app.exit(1);
});
