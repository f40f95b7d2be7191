/** Animations as their reader has them: played, stopped, gone through by keyboard; and hostile ones. */
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from '../support/axe.ts';
import { eventually } from '../support/eventually.ts';
import { testWheels, testWheelsFolder } from '../support/test-wheels.ts';
import { ENABLED, ended, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';
import { keepPicture } from './keep-picture.ts';
import { RED_FRAMES } from './red-frames.ts';

const LONG_MS = 300_000;

let app: OpenedApp;

beforeAll(async () => {
  const packages = { autoInstall: true, mirror: testWheelsFolder(), allow: [] };
  app = await openApp({ ...ENABLED, sandbox: { packages } });
}, LONG_MS);

afterAll(async () => {
  await app.close();
});

const shown = async (code: string): Promise<Locator> => ended(await runCode(app.page, code));
const playerOf = (cell: Locator): Locator => cell.getByRole('group', { name: 'Animation player' });
const placeOf = (player: Locator): Promise<string> => player.locator('.place').innerText();

/** Python that shows an animation without Matplotlib: frames of one colour each, from black to red. */
const FRAMES = `${RED_FRAMES}
def animate(**given):
    film = {"version": 1, "intervalMs": 50, "loop": True, "every": 1, "total": 10, "frames": [frame(n * 25) for n in range(10)]}
    forms = {"application/vnd.vivarium.animation+json": json.dumps({**film, **given}), "image/png": frame(255), "text/plain": "film"}
    display(forms, raw=True)
`;
const animated = (given = ''): Promise<Locator> => shown(`${FRAMES}\nanimate(${given})`);

/** The red part of what is seen. */
const redOf = (player: Locator): Promise<number> =>
  player
    .locator('canvas')
    .evaluate(
      (canvas) => (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(5, 5, 1, 1).data[0] ?? -1,
    );

it(
  'of Matplotlib plays in the window, and can be stopped and gone through by keyboard',
  async (context) => {
    await testWheels(context);
    const { page } = app;
    const cell = await shown(`
import numpy as np
import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation
fig, ax = plt.subplots(figsize=(4, 3))
x = np.linspace(0, 6.28, 100)
(line,) = ax.plot(x, np.sin(x))
ax.set_title("A wave")
def update(n):
    line.set_ydata(np.sin(x + n))
    return (line,)
ani = FuncAnimation(fig, update, frames=6, interval=100, blit=True)
ani`);
    expect(await cell.getByRole('alert').count()).toBe(0);
    const player = playerOf(cell);
    await player.waitFor({ timeout: START_MS });
    // It is the value, with no line of text beside it.
    expect(await cell.locator('.value').count()).toBe(1);
    expect(await cell.locator('.output').innerText()).not.toContain('FuncAnimation');
    await eventually(async () => expect(await placeOf(player)).not.toBe('1 / 6'));
    const pause = player.getByRole('button', { name: 'Pause' });
    await pause.focus();
    await page.keyboard.press('Enter');
    await player.getByRole('button', { name: 'Play', exact: true }).waitFor();
    await keepPicture(app, 'animation');
    const slider = player.getByRole('slider', { name: 'Frame' });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await slider.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Home');
    expect(await placeOf(player)).toBe('1 / 6');
    await page.keyboard.press('ArrowRight');
    expect(await slider.getAttribute('aria-valuetext')).toBe('Frame 2 of 6');
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Space');
    await pause.waitFor();
    await eventually(async () => expect(await placeOf(player)).not.toBe('2 / 6'));
  },
  LONG_MS,
);

it('shows the frame that its place says, and is enlarged with it', async () => {
  const { page } = app;
  const cell = await animated();
  const player = playerOf(cell);
  await player.getByRole('button', { name: 'Pause' }).click();
  await player.getByRole('slider').focus();
  await page.keyboard.press('Home');
  await eventually(async () => expect(await redOf(player)).toBe(0));
  await player.getByRole('button', { name: 'Next frame' }).click();
  await player.getByRole('button', { name: 'Next frame' }).click();
  await eventually(async () => expect(await redOf(player)).toBe(50));
  await player.getByRole('button', { name: 'Previous frame' }).click();
  await eventually(async () => expect(await redOf(player)).toBe(25));
  await cell.getByRole('button', { name: 'Zoom' }).click();
  const large = page.getByRole('dialog').getByRole('group', { name: 'Animation player' });
  // It stands still as the small one did.
  await eventually(async () => expect(await redOf(large)).toBe(25));
  await large.getByRole('button', { name: 'Play', exact: true }).waitFor();
  await keepPicture(app, 'animation-enlarged');
  await large.getByRole('button', { name: 'Next frame' }).click();
  await eventually(async () => expect(await redOf(large)).toBe(50));
  await page.keyboard.press('Escape');
  await large.waitFor({ state: 'detached' });
  await eventually(async () => expect(await redOf(player)).toBe(50));
  await player.getByRole('button', { name: 'Play', exact: true }).waitFor();
});

it('ends at its last frame where it does not repeat, and begins again when asked', async () => {
  const cell = await animated('loop=False');
  const player = playerOf(cell);
  const play = player.getByRole('button', { name: 'Play', exact: true });
  await play.waitFor();
  expect(await placeOf(player)).toBe('10 / 10');
  await eventually(async () => expect(await redOf(player)).toBe(225));
  const repeat = player.getByRole('button', { name: 'Repeat' });
  expect(await repeat.getAttribute('aria-pressed')).toBe('false');
  await repeat.click();
  await play.click();
  await eventually(async () => expect(await placeOf(player)).toBe('10 / 10'));
  await eventually(async () => expect(await placeOf(player)).toBe('3 / 10'));
});

it.each([
  ['total=1000', 'The first 10 of 1,000 frames are shown.'],
  ['total=None', 'The first 10 frames are shown. There are more.'],
  ['total=30, every=3', '10 of 30 frames are shown, evenly spread.'],
])('says what was left out (%s)', async (given, words) => {
  const cell = await animated(given);
  await playerOf(cell).getByText(words).waitFor();
});

it('rests where nobody sees it, and at first where its user wants nothing to move', async () => {
  const { page } = app;
  const cell = await animated();
  const player = playerOf(cell);
  await eventually(async () => expect(await placeOf(player)).not.toBe('1 / 10'));
  await page
    .locator('.cell')
    .first()
    .evaluate((first) => first.scrollIntoView({ block: 'start' }));
  /** How often the frame changes within twenty times the time of one. */
  const changes = (): Promise<number> =>
    player.locator('.place').evaluate(
      (place) =>
        new Promise((resolve) => {
          let seen = 0;
          const observer = new MutationObserver(() => (seen += 1));
          observer.observe(place, { characterData: true, childList: true, subtree: true });
          setTimeout(() => {
            observer.disconnect();
            resolve(seen);
          }, 1000);
        }),
    );
  await eventually(async () => expect(await changes()).toBe(0));
  await player.scrollIntoViewIfNeeded();
  await eventually(async () => expect(await changes()).toBeGreaterThan(0));
  await page.emulateMedia({ reducedMotion: 'reduce' });
  try {
    const still = playerOf(await animated());
    await still.getByRole('button', { name: 'Play', exact: true }).waitFor();
    expect(await placeOf(still)).toBe('1 / 10');
  } finally {
    await page.emulateMedia({ reducedMotion: null });
  }
});

describe('a hostile animation', () => {
  it.each([
    ['of no frames', 'frames=[]'],
    ['of a million frames', 'frames=[""] * 1_000_000, total=1_000_000'],
    ['with frames of several sizes', 'frames=[frame(0), frame(0, (41, 30))]'],
    ['with a script as a frame', 'frames=["<script>", "javascript:alert(1)"]'],
    ['without time between its frames', 'intervalMs=0'],
    ['that never goes on', 'intervalMs=1e300'],
  ])('%s is not played: its picture is shown', async (_name, given) => {
    const cell = await animated(given);
    await cell.locator('img').waitFor({ timeout: START_MS });
    expect(await playerOf(cell).count()).toBe(0);
  });

  it('whose frames say that they are pictures and are none leaves the page as it is', async () => {
    const { page } = app;
    const cell = await animated('frames=[base64.b64encode(base64.b64decode(frame(0))[:45]).decode()] * 3');
    await playerOf(cell).waitFor();
    const editor = page.locator('.cell').last().locator('.cm-content');
    await editor.click();
    await page.keyboard.insertText('# typed');
    await editor.getByText('# typed').waitFor();
  });
});

it('broke no rule of the page', () => {
  expect(app.errors).toEqual([]);
});
