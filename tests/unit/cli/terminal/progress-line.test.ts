import { expect, it } from 'vitest';
import { phaseText } from '../../../../src/main/cli/output/phase-text.ts';
import { ProgressLine } from '../../../../src/main/cli/terminal/progress-line.ts';
import type { OutputStream } from '../../../../src/main/cli/terminal/stdio.ts';

const CLEAR = '\r\u001b[2K';

const lineOn = (isTty: boolean): { line: ProgressLine; written: () => string } => {
  let text = '';
  const stream = {
    isTty,
    writeTrusted: (words: string) => {
      text += words;
      return Promise.resolve();
    },
  } as unknown as OutputStream;
  return { line: new ProgressLine(stream, 40, () => 0), written: () => text };
};

it('says what a run is at in a line of which nothing stays', () => {
  const { line, written } = lineOn(true);
  line.say(phaseText({ name: 'installing', packageNames: ['numpy', 'pandas'] }));
  line.say(phaseText({ name: 'importing', packageName: 'pandas', expectedMs: 7400 }));
  line.say(phaseText({ name: 'running' }));
  line.say('');
  line.end();
  const said = 'importing pandas; it took 7 s the last time …'.slice(0, 39);
  expect(written()).toBe(`${CLEAR}installing numpy, pandas …${CLEAR}${CLEAR}${said}${CLEAR}${CLEAR}`);
  expect(phaseText({ name: 'importing', packageName: 'pandas', expectedMs: null })).not.toMatch(/\d/u);
});

it('leaves what was fetched standing above', () => {
  const { line, written } = lineOn(true);
  line.redraw({ label: 'numpy', filesDone: 1, filesTotal: 1, bytesDone: 1_000_000 });
  line.say('importing');
  line.end();
  expect(written().endsWith(`\n${CLEAR}importing${CLEAR}`)).toBe(true);
});

it('says nothing where there is no terminal', () => {
  const { line, written } = lineOn(false);
  line.say('importing');
  line.end();
  expect(written()).toBe('');
});
