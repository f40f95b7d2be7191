/** `npm run soak`: what must hold for hours, on each engine. Not a part of the tests; see docs/development.md. */
import { buildIfStale } from './build.ts';
import { runAsCommand } from './shared/command.ts';
import { logToStderr } from './shared/log.ts';
import { readSoakArguments } from './soak/arguments.ts';
import { obtainSoakEngines } from './soak/engines.ts';
import { runPart } from './soak/run-part.ts';
import { judge, type Verdict } from './soak/verdict.ts';

const NO_REPORT: Verdict = { figures: 'no report', broken: ['the main process ended without a report'] };

await runAsCommand(async () => {
  const { engines: names, parts, ...counts } = readSoakArguments(process.argv.slice(2));
  const engines = await obtainSoakEngines(names);
  await buildIfStale(logToStderr);
  // Without an engine, nothing is proven.
  let isGood = engines.length > 0;
  for (const engine of engines) {
    for (const part of parts) {
      logToStderr(`\n== ${engine.title}: ${part}`);
      const report = await runPart(part, engine, counts);
      const { broken, figures } = report === null ? NO_REPORT : judge(report);
      console.log(`${engine.title}, ${part}: ${broken.length === 0 ? 'held' : 'BROKEN'}: ${figures}`);
      for (const bound of broken) logToStderr(`  broken: ${bound}`);
      isGood &&= broken.length === 0;
    }
  }
  return isGood ? 0 : 1;
});
