/** Matplotlib's animations as they are used, in a locked-down process: their frames, and the GIF for everybody else. */
import { describe, expect, it } from 'vitest';
import { animationOf } from '../../src/renderer/console/model/animations/animation.ts';
import { ANIMATION_MIME, ShownAnimation } from '../../src/shared/contract/animation.ts';
import type { RunResult } from '../../src/shared/contract/run.ts';
import { LONG_MS, usePackageSandbox } from '../support/package-sandbox.ts';

const run = usePackageSandbox();

const BEGIN = `
import matplotlib.pyplot as plt
from matplotlib.animation import ArtistAnimation, FuncAnimation
fig, ax = plt.subplots(figsize=(1, 1))
ax.set(xlim=(0, 5), ylim=(-1, 1))
(dot,) = ax.plot([0], [0], "o")
seen = []
def move(n):
    seen.append(n)
    dot.set_data([n], [0])
    return (dot,)
`;

const mimesOf = ({ outputs }: RunResult): string[][] => outputs.map(({ mime }) => Object.keys(mime).sort());
const shownBy = ({ outputs }: RunResult, at = 0): ShownAnimation =>
  ShownAnimation.parse(JSON.parse(outputs[at]?.mime[ANIMATION_MIME] ?? 'null'));
const PLAYED = [ANIMATION_MIME, 'image/gif', 'text/plain'];

/** Images in a GIF: each has a control block before it. */
const framesOfGif = (base64 = ''): number =>
  Buffer.from(base64, 'base64').toString('latin1').split('\u0021\u00f9\u0004').length - 1;

describe('an animation', { timeout: LONG_MS }, () => {
  it.for(['False', 'True'])('that show() shows is its frames (blit=%s)', async (blit, context) => {
    const code = `${BEGIN}
ani = FuncAnimation(fig, move, frames=5, interval=40, repeat=False, blit=${blit})
plt.show()
print(seen[-5:], plt.get_fignums())`;
    const result = await run(context, code);
    expect(result).toMatchObject({ status: 'ok', stderr: '', stdout: '[0, 1, 2, 3, 4] []\n' });
    expect(mimesOf(result)).toEqual([PLAYED]);
    const shown = shownBy(result);
    expect(shown).toMatchObject({ intervalMs: 40, loop: false, every: 1, total: 5 });
    expect(new Set(shown.frames).size).toBe(5);
    expect(animationOf(result.outputs[0]?.mime ?? {})).toMatchObject({
      width: 100,
      height: 100,
      left: { kind: 'none' },
      file: { ending: 'gif' },
    });
    expect(framesOfGif(result.outputs[0]?.mime['image/gif'])).toBe(5);
  });

  it('of artists is its frames as the value, once, and can be displayed again later', async (context) => {
    const session = 'artists';
    const code = `${BEGIN}
ani = ArtistAnimation(fig, [[ax.text(n, 0, str(n))] for n in range(3)], interval=500)
ani`;
    const result = await run(context, code, { session });
    expect(mimesOf(result)).toEqual([PLAYED]);
    expect(result.outputs[0]?.mime['text/plain']).toBe(result.value?.text);
    expect(shownBy(result)).toMatchObject({ intervalMs: 500, loop: true, total: 3 });
    const again = await run(context, 'display(ani)', { session });
    expect(mimesOf(again)).toEqual([PLAYED]);
    expect(shownBy(again).frames).toEqual(shownBy(result).frames);
  });

  it('runs together with another one of its figure', async (context) => {
    const code = `${BEGIN}
one = FuncAnimation(fig, move, frames=4, interval=100)
two = FuncAnimation(fig, lambda n: ax.set_title(str(n)), frames=2)
plt.show()`;
    const result = await run(context, code);
    expect(result).toMatchObject({ status: 'ok', stderr: '' });
    expect(shownBy(result)).toMatchObject({ intervalMs: 100, total: 4 });
  });

  it('that fails is shown as far as it came, and says so', async (context) => {
    const code = `${BEGIN}
def fail(n):
    move(1 / (3 - n))
ani = FuncAnimation(fig, fail, frames=9)
plt.show()`;
    const result = await run(context, code);
    expect(result).toMatchObject({
      status: 'ok',
      stderr: 'plot: an animation ended with ZeroDivisionError: division by zero\n',
    });
    expect(shownBy(result).frames).toHaveLength(3);
  });

  it.for<[frames: string, said: RegExp]>([
    [
      '6',
      /^plot: of an animation, [23] of 6 frames are shown, one of [23]: all would take too long or too much/u,
    ],
    [
      '(n for n in range(12))',
      /^plot: of an animation, the first \d of 12 frames are shown: .*(?:MiB|\d s)$/mu,
    ],
  ])(
    'of large frames (%s) has as many as there is room for, and says so',
    async ([frames, said], context) => {
      const code = `
import numpy as np
import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation
fig = plt.figure(figsize=(12, 12))
image = fig.figimage(np.zeros((1200, 1200)), vmin=0, vmax=1)
noise = np.random.default_rng(1)
ani = FuncAnimation(fig, lambda n: image.set_data(noise.random((1200, 1200))), frames=${frames}, cache_frame_data=False)
plt.show()`;
      const result = await run(context, code);
      expect(result.error).toBe(null);
      expect(result.stderr).toMatch(said);
      const shown = animationOf(result.outputs[0]?.mime ?? {});
      expect(shown).toMatchObject({ width: 1000, height: 1000 });
      expect(shown?.left.kind).toBe(frames === '6' ? 'some' : 'end');
    },
  );

  it('that was saved is shown as the picture that it left', async (context) => {
    const code = `${BEGIN}
ani = FuncAnimation(fig, move, frames=3, blit=True)
ani.save("a.gif")
plt.show()`;
    const result = await run(context, code);
    expect(result).toMatchObject({ status: 'ok', stderr: '', files: [{ name: 'a.gif' }] });
    expect(mimesOf(result)).toEqual([['image/png', 'text/plain']]);
  });

  it.for(['to_jshtml', 'to_html5_video'])('as a page of %s can be played', async (method, context) => {
    const code = `${BEGIN}
from IPython.display import HTML
ani = FuncAnimation(fig, move, frames=4, interval=50)
page = HTML(ani.${method}())
plt.close()
page`;
    const result = await run(context, code);
    expect(result.status).toBe('ok');
    expect(result.stderr).toBe(
      method === 'to_jshtml'
        ? ''
        : 'plot: there is no ffmpeg in the sandbox, so to_html5_video() makes what to_jshtml() makes\n',
    );
    expect(result.outputs).toHaveLength(1);
    const animation = animationOf(result.outputs[0]?.mime ?? {});
    expect(animation).toMatchObject({ intervalMs: 50, loop: true, file: { ending: 'html' } });
    expect(animation?.frames).toHaveLength(4);
  });
});
