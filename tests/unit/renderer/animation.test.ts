import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect, it, onTestFinished, vi } from 'vitest';
import { animationOf, type Animation } from '../../../src/renderer/console/model/animations/animation.ts';
import { outputFileName, shownOutput } from '../../../src/renderer/console/model/rich-output.ts';
import { ANIMATION_LIMITS, ANIMATION_MIME } from '../../../src/shared/contract/animation.ts';

/** The head of a PNG, as base64. */
const png = (width = 4, height = 3, chunk = 'IDAT'): string => {
  const bytes = Buffer.alloc(49);
  bytes.write('\u0089PNG\r\n\u001a\n', 0, 'latin1');
  bytes.writeUInt32BE(13, 8);
  bytes.write('IHDR', 12);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.write(chunk, 37);
  return bytes.toString('base64');
};
const GIF = Buffer.from('GIF89a').toString('base64');

const usual = { version: 1, intervalMs: 40, loop: true, every: 1, total: 3, frames: [png(), png(), png()] };
const mimeOf = (given: object): Record<string, string> => ({
  'image/gif': GIF,
  'text/plain': 'ani',
  [ANIMATION_MIME]: JSON.stringify({ ...usual, ...given }),
});
const read = (given: object): Animation | null => animationOf(mimeOf(given));

it('has its frames, their size, its pace and what it is saved as', () => {
  const animation = read({});
  expect(animation).toMatchObject({
    width: 4,
    height: 3,
    intervalMs: 40,
    loop: true,
    left: { kind: 'none' },
  });
  expect(animation?.frames.map((frame) => Buffer.from(frame).toString('base64'))).toEqual(usual.frames);
  const shown = shownOutput(mimeOf({}));
  expect(outputFileName(shown, 2, 0)).toBe('cell-2-animation-1.gif');
  if (shown.kind !== 'animation') throw new Error(shown.kind);
  expect(Buffer.from(shown.animation.file.bytes).toString()).toBe('GIF89a');
});

it('is saved as its last frame where there is no GIF', () => {
  const animation = animationOf({ [ANIMATION_MIME]: JSON.stringify(usual) });
  expect(animation?.file.ending).toBe('png');
});

it.each([
  [
    { total: 9, every: 3 },
    { kind: 'some', total: 9 },
  ],
  [{ total: 1000 }, { kind: 'end', total: 1000 }],
  [{ total: null }, { kind: 'end', total: null }],
  [
    { total: null, every: 3 },
    { kind: 'end', total: null },
  ],
])('tells which frames are left out: %j', (given, left) => {
  expect(read(given)?.left).toEqual(left);
});

it.each([
  ['no frame', { frames: [] }],
  ['more frames than are played', { frames: Array(ANIMATION_LIMITS.frames + 1).fill(png()) }],
  ['more bytes than are read', { frames: Array(2).fill('A'.repeat(ANIMATION_LIMITS.length / 2 + 4)) }],
  ['frames that are no texts', { frames: [1, 2] }],
  ['frames in no list', { frames: { length: 2, 0: png() } }],
  ['a frame that is no base64', { frames: [png(), '<svg>'] }],
  ['a frame that is no picture', { frames: [png(), GIF] }],
  ['a frame that moves itself', { frames: [png(4, 3, 'acTL')] }],
  ['frames of several sizes', { frames: [png(), png(5, 3)] }],
  ['a frame without a size', { frames: [png(0, 3)] }],
  ['frames of billions of pixels', { frames: [png(65_535, 65_535)] }],
  ['no time for a frame', { intervalMs: 0 }],
  ['a time before the frame', { intervalMs: -40 }],
  ['a frame for years', { intervalMs: 1e12 }],
  ['another version', { version: 2 }],
  ['a count that is none', { total: -1 }],
  ['something else beside', { script: 'alert(1)' }],
])('of %s is not played: its GIF is shown', (_name, given) => {
  expect(read(given)).toBe(null);
  expect(shownOutput(mimeOf(given)).kind).toBe('image');
});

it.each(['', '{', 'null', '[]', '[['.repeat(100_000)])('that is %.10j is not played', (text) => {
  expect(animationOf({ [ANIMATION_MIME]: text })).toBe(null);
});

it.each([
  ['objects', '{}'],
  ['lists', '[]'],
  ['names', '"a":1'],
  ['numbers', '0'],
])('of millions of %s is not even parsed', (_name, value) => {
  const many = `${value},`.repeat(ANIMATION_LIMITS.length / (value.length + 1) - 10);
  const text = value.includes(':') ? `{${many}"b":1}` : `{"frames":[${many}0]}`;
  const parse = vi.spyOn(JSON, 'parse');
  onTestFinished(() => parse.mockRestore());
  expect(animationOf({ [ANIMATION_MIME]: text })).toBe(null);
  expect(parse).not.toHaveBeenCalled();
});

it('has as many frames as are played', () => {
  const frames = Array<string>(ANIMATION_LIMITS.frames).fill(png());
  expect(read({ frames, total: frames.length })?.frames).toHaveLength(ANIMATION_LIMITS.frames);
});

/** As Matplotlib writes it. */
const page = (frames: readonly string[], more = '', checked = 'loop'): string => `
<link rel="stylesheet"
href="https://fonts.invalid/font-awesome.min.css">
<script language="javascript">
  function Animation(frames, img_id, slider_id, interval, loop_select_id){}
</script>
<style>.animation {}</style>
<div class="animation">
  <img id="_anim_imgab">${more}
  <input type="radio" name="state" value="once" id="_anim_radio1_ab"
             ${checked === 'once' ? 'checked' : ''}>
  <input type="radio" name="state" value="loop" id="_anim_radio2_ab"
             ${checked === 'loop' ? 'checked' : ''}>
</div>
<script language="javascript">
  (function() {
    var frames = new Array(${frames.length});

${frames.map((frame, index) => `  frames[${index}] = "data:image/png;base64,${frame.replaceAll(/.{20}/gu, '$&\\\n')}\\\n"\n`).join('')}

    setTimeout(function() {
        animab = new Animation(frames, img_id, slider_id, 66.6,
                                 loop_select_id);
    }, 0);
  })()
</script>
`;

it('is read from the page of a player, of which no script is run', () => {
  const frames = [png(), png()];
  const html = page(frames);
  const animation = animationOf({ 'text/html': html });
  expect(animation).toMatchObject({
    width: 4,
    height: 3,
    intervalMs: 66.6,
    loop: true,
    left: { kind: 'none' },
  });
  expect(animation?.frames.map((frame) => Buffer.from(frame).toString('base64'))).toEqual(frames);
  expect(animationOf({ 'text/html': page(frames, '', 'once') })?.loop).toBe(false);
});

it('is saved from the page of a player as its pictures, with nothing else of that page', () => {
  const frames = [png(), png()];
  const html = page(frames).replace(
    'function Animation',
    'fetch("https://guest.invalid"); function Animation',
  );
  const file = animationOf({ 'text/html': html })?.file;
  const saved = new TextDecoder().decode(file?.bytes);
  expect(file?.ending).toBe('html');
  expect(saved.split(`"data:image/png;base64,${png()}"`)).toHaveLength(frames.length + 1);
  expect(saved).not.toMatch(/invalid|_anim/u);
  expect(saved).toContain("default-src 'none'; img-src data:");
});

it.each([
  ['loop', [0, 1, 2, 0]],
  ['once', [0, 1, 2, 2]],
])('is saved as a page that plays its frames (%s)', (mode, expected) => {
  const frames = [png(4, 3), png(4, 3, 'IDAU'), png(4, 3, 'IDAV')];
  const bytes = animationOf({ 'text/html': page(frames, '', mode) })?.file.bytes;
  const script = /<script>([^]*)<\/script>/u.exec(new TextDecoder().decode(bytes))?.[1] ?? '';
  const picture = { src: '' };
  const listening = { addEventListener: () => undefined };
  const elements: Record<string, object> = { picture, play: listening, place: { ...listening, value: 0 } };
  let tick = (): void => undefined;
  let pace = 0;
  runInNewContext(script, {
    document: { getElementById: (id: string) => elements[id] },
    setInterval: (next: () => void, ms: number) => {
      tick = next;
      pace = ms;
    },
  });
  const seen = expected.map(() => {
    const { src } = picture;
    tick();
    return frames.findIndex((frame) => src === `data:image/png;base64,${frame}`);
  });
  expect([pace, ...seen]).toEqual([66.6, ...expected]);
});

it.each([
  ['that has text beside', page([png()], '<div>Read me</div>')],
  ['that has a picture beside', page([png()], `<img src="data:image/png;base64,${png()}">`)],
  [
    'whose picture is another one',
    page([png()]).replace('<img ', `<img src="data:image/png;base64,${png()}" `),
  ],
  ['that has a heading', page([png()], '<h1></h1>')],
  ['that has a button with words', page([png()], '<input type="button" value="Read me">')],
  ['that has a frame', page([png()], '<iframe></iframe>')],
  [
    'that has words in its style',
    page([png()]).replace('.animation {}', 'div::after { content: "Read me" }'),
  ],
  ['that has a third script', page([png()], '<script></script>')],
  ['with frames in its text', page([png()], `\n  frames[0] = "data:image/png;base64,${png()}"\n`)],
  ['of too much beside its frames', page([png()], ' '.repeat(100_000))],
  ['that has more in it', `<h1>More</h1>${page([png()])}`],
  ['that goes on', `${page([png()])}<p>More</p>`],
  ['of two players', page([png()]) + page([png()])],
  ['without frames', page([])],
  ['with more frames than are played', page(Array(ANIMATION_LIMITS.frames + 1).fill(png()))],
  ['with a frame that does not end', page([png()]).replace('\\\n"\n', '\\\n\n')],
  ['with frames of two sizes', page([png(), png(9, 9)])],
  ['of another kind', '<link rel="x"><script></script>'],
])('a page %s stays a page', (_name, html) => {
  expect(shownOutput({ 'text/html': html }).kind).toBe('html');
});

it('reads a hostile page in a time that grows with its length alone', () => {
  const long = 4 * 1024 * 1024;
  const begun = performance.now();
  for (const part of [' ', 'frames[0] = "data:image/png;base64,', 'value="once"', 'A', '\n  frames[1'])
    animationOf({ 'text/html': page([png(), part.repeat(long / part.length)]) });
  animationOf({ 'text/html': ' '.repeat(long) });
  animationOf({
    'text/html': `<link ${'new Animation(frames, img_id, slider_id, 1,'.repeat(80_000)}</script>`,
  });
  expect(performance.now() - begun).toBeLessThan(20_000);
});

it.each([6_000_000, ANIMATION_LIMITS.length - 20_000])(
  'takes a frame of %i characters for no picture, without failing',
  (length) => {
    const html = page(['@']).replace('@', 'A'.repeat(length));
    expect(shownOutput({ 'text/html': html }).kind).toBe('html');
  },
);

it('reads a frame of megabytes', () => {
  const picture = Buffer.concat([Buffer.from(png(), 'base64'), Buffer.alloc(4_500_000)]);
  const html = page(['@']).replace('@', picture.toString('base64'));
  expect(animationOf({ 'text/html': html })?.frames[0]?.byteLength).toBe(picture.byteLength);
});

it('docs/limits.md tells of what is drawn and of what is played', () => {
  const root = path.resolve(import.meta.dirname, '../../..');
  const docs = readFileSync(path.join(root, 'docs/limits.md'), 'utf8').replaceAll(/\s+/gu, ' ');
  const film = readFileSync(path.join(root, 'src/shared/python/plots/animation_frames.py'), 'utf8');
  const { frames, intervalMs, length, pixels } = ANIMATION_LIMITS;
  expect([frames, length, pixels, intervalMs]).toEqual([
    1000,
    8 * 2 ** 20,
    4 * 2 ** 20,
    { min: 20, max: 60_000 },
  ]);
  expect(docs).toContain(
    'up to 1000 frames of one size, 8 MiB together, 4 million pixels each, and 20 ms to a minute',
  );
  for (const line of [
    'MAX_COUNT = 2000',
    '_MAX_FRAMES = 500',
    '_MAX_TEXT = 4 * 1024 * 1024',
    '_MAX_PIXELS = 1_000_000',
    '_PLANNED_SECONDS, _MAX_SECONDS = 10.0, 15.0',
  ])
    expect(film).toContain(`\n${line}\n`);
  expect(docs).toContain('more than 10 s or 4 MiB, or are more than 500');
  expect(docs).toContain('at most a million pixels');
  expect(docs).toContain('2000 frames, or 20 s, are gone through');
});
