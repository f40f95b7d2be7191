/** Requests for fonts in the hands of hostile code, which writes them to the device by itself. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Sandbox } from '../../src/main/library/api/api.ts';
import { MAX_FONT_QUESTIONS } from '../../src/shared/protocol/interpreter.ts';
import { librarySandbox } from '../support/library-sandbox.ts';

const RAW = `
import json, os
def ask(request):
    try:
        os.write(4096, b"f" + (request if isinstance(request, bytes) else json.dumps(request).encode()))
        return "asked"
    except OSError as error:
        return error.errno
`;

let sandbox: Sandbox;
beforeAll(() => {
  sandbox = librarySandbox({});
});
afterAll(() => sandbox.dispose());

const run = (code: string) => sandbox.run({ code: `${RAW}\n${code}`, timeoutMs: 60_000 });

it('what is no font, and no request, is refused, and the run goes on', async () => {
  const { error, packages, status, value } = await run(`
[ask(one) for one in ({"modules": ["requests"]}, {"modules": ["numpy"]}, {"modules": ["../manimgx_fonts"]}, {"modules": []},
    {"modules": ["manimgx_fonts"] * 1000}, {"modules": ["manimgx_fonts"], "index": "https://example.org"}, {}, [], 1,
    b"", b"{", b"\\xff" * 5000, b"[" * 4000)]`);
  expect(error).toBeNull();
  expect({ packages, status }).toEqual({ packages: [], status: 'ok' });
  const errnos = value?.json as unknown[];
  expect(errnos).toHaveLength(13);
  expect(errnos).not.toContain('asked');
});

it('more requests than a run may make are not even passed on', async () => {
  const { error, packages, status, value } = await run(
    `[ask({"modules": ["manimgx_fonts"]}) for _ in range(${MAX_FONT_QUESTIONS + 2000})]`,
  );
  expect(error).toBeNull();
  expect({ packages, status }).toEqual({ packages: [], status: 'ok' });
  expect(value?.json).not.toContain('asked');
});
