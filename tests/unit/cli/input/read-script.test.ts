/** What is read as code: scripts in their encodings, and notebooks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/shared/limits.ts';
import { cli } from '../harness.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-read-script-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const codeOf = async (name: string, content: string | Uint8Array): Promise<string | undefined> => {
  writeFileSync(join(folder, name), content);
  const { requests, stderr } = await cli(['run', name], { cwd: folder });
  expect(stderr).toBe('');
  return requests[0]?.code;
};

const refusalOf = async (name: string, content: string | Uint8Array): Promise<string> => {
  writeFileSync(join(folder, name), content);
  const { code, requests, stderr } = await cli(['run', name], { cwd: folder });
  expect([code, requests]).toEqual([2, []]);
  return stderr;
};

describe('a script', () => {
  const TEXT = 'print("é")\n';

  it.each([
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`)],
    ['UTF-16, as shells of Windows write it', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
    ['UTF-16, the other way round', Buffer.from(`\ufeff${TEXT}`, 'utf16le').swap16()],
  ])('is read as %s', async (_what, bytes) => {
    expect(await codeOf('script.py', bytes)).toBe(TEXT);
  });

  it('is read in the encoding that it declares', async () => {
    const text = `#!/usr/bin/env python\n# -*- coding: latin-1 -*-\n${TEXT}`;
    expect(await codeOf('script.py', Buffer.from(text, 'latin1'))).toBe(text);
    expect(await refusalOf('script.py', Buffer.from('# coding: klingon\n'))).toContain(
      '"klingon", which is not known',
    );
  });

  it.each([
    ['utf-8-unix', Buffer.from('é')],
    ['utf8-unix', Buffer.from('é')],
    ['utf-8-sig', Buffer.from('é')],
    ['U8', Buffer.from('é')],
    ['cp65001', Buffer.from('é')],
    ['iso-latin-1', Buffer.from('é', 'latin1')],
    ['latin_1', Buffer.from('é', 'latin1')],
    ['cp1252', Buffer.from('é', 'latin1')],
    ['mac_roman', Buffer.from([0x8e])],
  ])('is read in %s, as Python and the window read it', async (encoding, bytes) => {
    const head = `# -*- coding: ${encoding} -*-\n`;
    expect(await codeOf('named.py', Buffer.concat([Buffer.from(head), bytes]))).toBe(`${head}é`);
  });

  it('is read in encodings of several bytes', async () => {
    const bytes = Buffer.concat([Buffer.from('# coding: shift_jis\n'), Buffer.from([0x83, 0xc1])]);
    expect(await codeOf('wide.py', bytes)).toBe('# coding: shift_jis\nγ');
  });

  it('in Latin-1 has its characters by their numbers, as in Python', async () => {
    const text = '# coding: latin-1\nx = "\x80"';
    expect(await codeOf('control.py', Buffer.from(text, 'latin1'))).toBe(text);
  });

  it('that is not what it says is refused', async () => {
    expect(await refusalOf('ascii.py', Buffer.from('# coding: ascii\n"é"'))).toContain('is not ASCII text');
    expect(await refusalOf('wide.py', Buffer.from('# coding: utf-16\n'))).toContain('which is not known');
    expect(await refusalOf('script.py', Buffer.from(TEXT, 'latin1'))).toContain(
      'is not UTF-8 text; save it as UTF-8',
    );
  });
});

describe('a notebook', () => {
  const cell = (source: string, outputs: unknown[] = []): object => ({
    cell_type: 'code',
    metadata: {},
    source,
    outputs,
  });
  const metadata = { kernelspec: { language: 'python' }, widgets: 1 };

  it('is read without what its cells have shown, however much that is', async () => {
    const picture = 'A'.repeat(2 * LIMITS.codeBytes);
    const text = JSON.stringify({
      nbformat: 4,
      nbformat_minor: 5,
      metadata,
      cells: [cell('1 + 1', [{ output_type: 'display_data', data: { 'image/png': picture } }]), cell('2')],
    });
    expect(JSON.parse((await codeOf('all.ipynb', text)) ?? '')).toEqual({
      nbformat: 4,
      metadata: { kernelspec: { language: 'python' } },
      cells: [
        { cell_type: 'code', source: '1 + 1' },
        { cell_type: 'code', source: '2' },
      ],
    });
  });

  it('is read in the format before the one of today', async () => {
    const sheet = { cells: [{ cell_type: 'code', input: '3', outputs: [] }] };
    const text = JSON.stringify({ nbformat: 3, metadata: {}, worksheets: [sheet] });
    expect(JSON.parse((await codeOf('old.IPYNB', text)) ?? '')).toMatchObject({
      worksheets: [{ cells: [{ cell_type: 'code', input: '3' }] }],
    });
  });

  it.each([
    ['no JSON', 'x = 1'],
    ['no notebook', '{"cells": []}'],
    ['without cells', '{"nbformat": 4, "metadata": {}}'],
    ['with cells that are none', '{"nbformat": 4, "cells": [1]}'],
    ['nested too deeply', `{"nbformat": 4, "cells": ${'['.repeat(1_000_000)}`],
  ])('is refused: %s', async (_what, text) => {
    expect(await refusalOf('wrong.ipynb', text)).toContain('is not a notebook');
  });

  it('with too much code is refused', async () => {
    const text = JSON.stringify({ nbformat: 4, metadata: {}, cells: [cell('#'.repeat(LIMITS.codeBytes))] });
    expect(await refusalOf('long.ipynb', text)).toContain('is longer than 1048576 bytes');
  });

  it('that is too large is refused with the limit of notebooks', async () => {
    const refusal = await refusalOf('large.ipynb', Buffer.alloc(LIMITS.documentBytes + 1, ' '));
    expect(refusal).toContain(`is longer than ${LIMITS.documentBytes} bytes`);
    expect(refusal).not.toContain('--file');
  });
});
