import { describe, expect, it } from 'vitest';
import type { FontRequest } from '../../../src/main/run/backend.ts';
import { FontRequestHandler } from '../../../src/main/run/font-request-handler.ts';
import { RunPiece } from '../../../src/shared/protocol/interpreter.ts';
import { deferred, turns, type Deferred } from '../sandbox/support.ts';

const stage = (limitMs = 60_000) => {
  const asked: FontRequest[] = [];
  const bringing: Deferred<readonly string[]>[] = [];
  const dialog = new FontRequestHandler(limitMs, undefined);
  dialog.connect((request) => {
    asked.push(request);
    const brought = deferred<readonly string[]>();
    bringing.push(brought);
    return brought.promise;
  });
  return { asked, bringing, dialog };
};

describe('requests for fonts', () => {
  it('have each module looked for once in a run, and are answered each', async () => {
    const { asked, bringing, dialog } = stage();
    void dialog.ask({ call: 1, modules: ['manimgx_fonts'] });
    await turns();
    bringing[0]?.resolve(['manimgx-fonts']);
    await turns();
    void dialog.ask({ call: 2, modules: ['manimgx_fonts', 'matplotlib_fontja'] });
    await turns();
    bringing[1]?.resolve([]);
    await turns();
    void dialog.ask({ call: 3, modules: ['matplotlib_fontja'] });
    await turns();
    expect(asked.map(({ call, modules }) => [call, modules])).toEqual([
      [1, ['manimgx_fonts']],
      [2, ['matplotlib_fontja']],
      [3, []],
    ]);
    expect(dialog.brought).toEqual(['manimgx-fonts']);
  });

  it('are answered one after the other: a guest that has its answer may ask again before that is over here', async () => {
    const { asked, bringing, dialog } = stage();
    void dialog.ask({ call: 1, modules: ['manimgx_fonts'] });
    await turns();
    void dialog.ask({ call: 2, modules: ['matplotlib_fontja'] });
    await turns();
    expect(asked.map(({ call }) => call)).toEqual([1]);
    bringing[0]?.resolve(['manimgx-fonts']);
    await turns();
    expect(asked.map(({ call }) => call)).toEqual([1, 2]);
    bringing[1]?.resolve(['matplotlib-fontja']);
    await turns();
    expect(dialog.brought).toEqual(['manimgx-fonts', 'matplotlib-fontja']);
  });

  it('are not heard when the run is over', async () => {
    const { asked, bringing, dialog } = stage();
    void dialog.ask({ call: 1, modules: ['manimgx_fonts'] });
    void dialog.ask({ call: 2, modules: ['matplotlib_fontja'] });
    await turns();
    expect(asked[0]?.signal.aborted).toBe(false);
    dialog.end();
    expect(asked[0]?.signal.aborted).toBe(true);
    bringing[0]?.resolve([]);
    await turns();
    void dialog.ask({ call: 3, modules: ['matplotlib_fontja'] });
    await turns();
    expect(asked).toHaveLength(1);
  });

  it('take a third of the run at most, and half a minute', async () => {
    for (const [runMs, limitMs] of [
      [6000, 2000],
      [3_600_000, 30_000],
    ] as const) {
      const { asked, dialog } = stage(runMs);
      void dialog.ask({ call: 1, modules: ['manimgx_fonts'] });
      await turns();
      expect(asked[0]?.limitMs).toBe(limitMs);
    }
  });

  it('name fonts of the list, and nothing else', () => {
    const piece = (modules: unknown): unknown => ({ channel: 'fonts', call: 1, modules });
    expect(RunPiece.safeParse(piece(['manimgx_fonts'])).success).toBe(true);
    for (const modules of [['requests'], ['numpy'], [], ['__proto__'], Array(9).fill('manimgx_fonts'), 'x']) {
      expect(RunPiece.safeParse(piece(modules)).success, String(modules)).toBe(false);
    }
  });
});
