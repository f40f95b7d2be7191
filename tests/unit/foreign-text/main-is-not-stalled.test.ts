/**
 * Every reader of foreign text in main's process, at its cap, with the slowest input: none keeps main's
 * thread from its other work for longer than the budget. A new reader is a new row.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasMoreTags } from '../../../src/main/app/tag-count.ts';
import { TerminalFilter } from '../../../src/main/cli/terminal/terminal-filter.ts';
import { RunStream } from '../../../src/main/app/run-stream.ts';
import { openSettings } from '../../../src/main/config/open-settings.ts';
import { FunctionSet } from '../../../src/main/functions/function-set.ts';
import { sha256 } from '../../../src/main/foreign-text/hash.ts';
import { oneLine } from '../../../src/main/foreign-text/printable.ts';
import { inPieces, joined, Yielder } from '../../../src/main/foreign-text/yielder.ts';
import { InterpreterService } from '../../../src/main/interpreter/interpreter-service.ts';
import { CappedOutput } from '../../../src/main/native/capped-output.ts';
import { runAnswer } from '../../../src/main/mcp/run-answer.ts';
import { optionsOf } from '../../../src/main/packages/index/pip-configuration.ts';
import { parseIndexAddress } from '../../../src/main/packages/index/index-address.ts';
import { markerEnvironment } from '../../../src/main/packages/resolve/markers.ts';
import { chooseWheel, parseOffers } from '../../../src/main/packages/resolve/offered-wheels.ts';
import { MAX_MANIFEST_BYTES, parseManifest } from '../../../src/main/packages/store/pack-format.ts';
import { packageName, parseRequirement } from '../../../src/main/packages/resolve/requirement.ts';
import { scriptDependencies } from '../../../src/main/packages/resolve/script-metadata.ts';
import { PackageIndex } from '../../../src/main/packages/sources/package-index.ts';
import { Downloads } from '../../../src/main/packages/http/downloads.ts';
import { isInRange, isNewer, isPreRelease } from '../../../src/main/packages/resolve/versions.ts';
import { entryFromWheel } from '../../../src/main/packages/resolve/wheel-metadata.ts';
import { CodeAnalysis } from '../../../src/main/sandbox/packages/code-analysis.ts';
import { ModuleAdvice } from '../../../src/main/sandbox/packages/module-advice.ts';
import { RunCollector } from '../../../src/main/run/run-collector.ts';
import { readNameReport } from '../../../src/main/sessions/name-report.ts';
import { checkFiles } from '../../../src/main/run/reported-files.ts';
import { sanitizeHtml } from '../../../src/main/window/guest-html.ts';
import { outcomeBudgetBytes, PIECE_BYTES } from '../../../src/shared/protocol/interpreter.ts';
import { MAX_OUTPUT_ELEMENTS, MAX_OUTPUT_LENGTH } from '../../../src/shared/ipc/output.ts';
import { SuggestedName } from '../../../src/shared/ipc/file.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { ImportReport } from '../../../src/shared/protocol/import-report.ts';
import { measure } from '../../../src/shared/rpc/measure.ts';
import { RunRequest, SessionName } from '../../../src/shared/contract/run.ts';
import { workspaceNameProblem } from '../../../src/shared/contract/workspace-path.ts';
import { ascii, chunk, gif, jpeg, png } from '../../support/made-images.ts';
import { resultOf } from '../../support/run-results.ts';
import { zipOf } from '../scripts/support/zip.ts';
import { between, filled, hostileJson, longJson, ODD, pairs, type Adversarial } from './adversarial.ts';
import { BUDGET_MS, longestStall } from './stall.ts';

const LONG_MS = 120_000;
const KIB = 1024;
const MIB = 1024 * KIB;
const PYTHON = '3.14.2';
const HASH = 'a'.repeat(64);
const environment = markerEnvironment(PYTHON);

/** As many as there can be, all of them with data frames. */
const FRAME_FUNCTIONS = new FunctionSet(
  Object.fromEntries(
    Array.from({ length: LIMITS.functionCount }, (_none, index) => [
      `tables.c${index}`,
      { frames: 'arrow' as const, handler: () => null },
    ]),
  ),
);

interface Row {
  readonly reader: string;
  readonly inputs: () => Iterable<{ readonly label: string; readonly read: () => unknown }>;
}

/** @param prepare what is done before the reader is there; not measured */
const row = <T>(
  reader: string,
  inputs: () => Iterable<Adversarial>,
  prepare: (text: string) => T,
  read: (input: T) => unknown,
): Row => ({
  reader,
  *inputs() {
    for (const { label, text } of inputs()) {
      const input = prepare(text);
      yield { label, read: () => read(input) };
    }
  },
});

const asText = (text: string): string => text;
const asBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function* allOf(...parts: readonly Iterable<Adversarial>[]): Generator<Adversarial> {
  for (const part of parts) yield* part;
}

function* singles(units: readonly string[], length: number): Generator<Adversarial> {
  for (const unit of units) yield between('', unit, '', length);
}

const WORDS = [' ', '\t', 'a', '-', '.', '[', ']', '(', ')', ';', '@', ',', '>=1', '==1.*', '"', ...ODD];
const MARKER = [
  ' ',
  '"',
  "'",
  '(',
  ')',
  'not ',
  'and ',
  'python_version > "3"',
  '"1" > "1" or ',
  'a',
  '<',
  ...ODD,
];
const VERSION = ['1', '1.', '0', '!', '+', '-', '_', 'a', 'post', 'rc1', '.dev', '*', ...ODD];
const RANGE = ['>=1', ',', '==1.*', '!=', '~=1.1,', '===a,', ' ', '<', '.0', '1', '+a', ...ODD];
/** One of each kind: what opens and ends strings and comments, statements, lists and blocks. */
const CODE = [
  '"',
  "'",
  '\\',
  '#',
  '\n',
  ';',
  ' ',
  'import ',
  'from a import (',
  'a,',
  '# /// script\n',
  '\r',
];
const MORE_CODE = [
  ...[
    '"""',
    ':',
    'from a import ',
    'import a,',
    'a.',
    'a',
    '\\\n',
    '\r\n',
    'f"',
    "rb'",
    '(',
    ')',
    ',',
    '"a"',
  ],
  ...[
    '# ///\n',
    '#\n',
    '# # ///\n',
    '\u2028',
    '\t',
    '\n# /// scriptx',
    '# /// script',
    ':import a',
    ';from a import b',
  ],
];
function* codes(): Generator<Adversarial> {
  for (const unit of [...CODE, ...MORE_CODE]) yield between('', unit, '', LIMITS.codeBytes);
  yield between('# /// script\n', '#\n', '# ///', LIMITS.codeBytes);
  yield between('from a import (', 'a,\n', ')', LIMITS.codeBytes);
}
const TOML = [
  '[',
  ']',
  '{',
  '}',
  '=',
  'a',
  '"',
  "'",
  '.',
  ',',
  '\n# ',
  '#',
  '1',
  '_',
  '\\',
  ' ',
  '-',
  ':',
  '"""',
];
const INI = [
  '\n',
  ' ',
  '\t',
  'a',
  '=',
  ':',
  '[',
  ']',
  'a=b\n',
  '[global]\n',
  '#',
  '\n index-url = a',
  ...ODD,
];
const HTML = [
  ...[
    '<',
    '>',
    '<a href="#&',
    '">',
    '<a href=x>a</a>',
    '<b>',
    '<a ',
    'a=b ',
    '&',
    '&amp;',
    '<!--',
    '<link ',
    '/',
  ],
  ...['<iframe ', '<![CDATA[', '<script>', '</', '"', "'", 'x#sha256=', '\u2028'],
];
const NAMES = ['/', '.', '..', 'a', '\\', '\u202e', '\u0301', '\ud83d', ' ', '\u0000'];

const numbered = (count: number, unit: (index: number) => string): string =>
  Array.from({ length: count }, (_none, index) => unit(index)).join('');

/** A page as an index gives it, read for a package. */
const findInPage = (page: Uint8Array): Promise<unknown> => {
  const downloads = new Downloads(() =>
    Promise.resolve({ status: 200, header: () => null, body: inChunks(page), discard: () => undefined }),
  );
  const address = parseIndexAddress('https://index.test/simple/', 'option', null);
  if (address === null) throw new Error('no address');
  const index = new PackageIndex(downloads, {
    index: { locate: () => Promise.resolve(address) },
    python: PYTHON,
    abi: '2026_0',
  });
  return index.find({ name: 'a', versions: '>=1' }, new AbortController().signal);
};

async function* inChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const yielder = new Yielder();
  for (let start = 0; start < bytes.length; start += 64 * KIB) {
    await yielder.pause();
    yield bytes.subarray(start, start + 64 * KIB);
  }
}

const jsonFile = (index: number, python = '>=3.8'): string =>
  JSON.stringify({
    filename: `a-${index}.${index % 7}-py3-none-any.whl`,
    url: `https://x/${index}`,
    hashes: { sha256: HASH },
    'requires-python': python,
  });
const jsonPage = (count: number, python?: (index: number) => string): string =>
  `{"name":"a","files":[${numbered(count, (index) => `${index === 0 ? '' : ','}${jsonFile(index, python?.(index))}`)}]}`;

const PAGE_BYTES = 4 * MIB;
function* jsonPages(): Generator<Adversarial> {
  yield* longJson(PAGE_BYTES);
  yield* hostileJson(128 * KIB);
  for (const { label, text } of hostileJson(128 * KIB))
    yield { label: `files: ${label}`, text: `{"name":"a","files":${text}}` };
  yield { label: 'many files', text: jsonPage(3000) };
  const range = (index: number): string => `${'>=3,'.repeat(62)}>=${index}`;
  yield { label: 'a range of its own for each file', text: jsonPage(100, range) };
  yield { label: 'blanks up to the cap', text: filled(' ', 16 * MIB) };
}
function* htmlPages(): Generator<Adversarial> {
  yield* pairs(HTML, 8 * KIB, '<html>');
  for (const unit of HTML) yield between('<html>', unit, '', MIB);
  yield between('<html>', '<b>', '', 4 * MIB);
  yield between('<html>', '<a href="x#sha256=0">a-1-py3-none-any.whl</a>', '', MIB);
  const url = `https://x/${'#&'.repeat(1000)}`;
  yield between('<html>', `<a href="${url}">a-1-py3-none-any.whl</a>`, '', 4 * MIB);
}

/** A wheel with that METADATA. */
const wheelOf = (metadata: string): Uint8Array =>
  zipOf([{ name: 'a-1.0.dist-info/METADATA', contents: metadata, deflated: true }]);
const readWheel = (bytes: Uint8Array): Promise<unknown> =>
  entryFromWheel(
    { name: 'a', version: '1.0', fileName: 'a-1.0-py3-none-any.whl', sha256: HASH },
    bytes,
    environment,
  );
const HEADER = 'Metadata-Version: 2.1\nName: a\nVersion: 1.0\n';
function* metadataTexts(): Generator<Adversarial> {
  const length = 4 * MIB - 64;
  for (const unit of [
    'A:',
    ' ',
    '\t',
    'x',
    '\n',
    'A:\n',
    'Name:',
    'Requires-Dist: b\n',
    'Requires-Dist:',
    ...ODD,
  ]) {
    yield between(HEADER, unit, 'x\u2028y\n', unit === '\n' ? length : Math.floor(length / 2));
  }
  yield { label: 'A: and blanks', text: `${HEADER}A:${filled(' ', length / 2)}x\u2028y\n` };
  const marker = ` ; ${'"1" > "1" or '.repeat(37)}"1" > "1"`;
  for (const stated of [
    `a${' '.repeat(509)}@`,
    `b${'>=1,'.repeat(120)}>=1`,
    `b${marker}`,
    `b${' '.repeat(500)}`,
    '@'.repeat(512),
  ])
    yield {
      label: `Requires-Dist: ${stated.slice(0, 20)}`,
      // Each takes its time by itself; as many as there may be would take half a minute in all.
      text: HEADER + `Requires-Dist: ${stated}\n`.repeat(stated === `b${marker}` ? 200 : 5000),
    };
}
function* wheels(): Generator<{ label: string; read: () => unknown }> {
  const names = (count: number, name: (index: number) => string): Uint8Array =>
    zipOf([
      ...Array.from({ length: count }, (_none, index) => ({ name: name(index), contents: '' })),
      { name: 'a-1.0.dist-info/METADATA', contents: HEADER },
    ]);
  const cases = [
    ['many entries', names(39_000, (index) => `m${index}.py`)],
    ['entries with long names', names(2000, (index) => `m${index}${'/a'.repeat(250)}.py`)],
    [
      'names that are almost modules',
      names(5000, (index) => `m${index}${'/'.repeat(0)}${'.so'.repeat(150)}x`),
    ],
    ['one very long name', names(1, () => 'a/'.repeat(30_000))],
  ] as const;
  for (const [label, bytes] of cases) yield { label, read: () => readWheel(bytes) };
}

const offer = (index: number): string =>
  JSON.stringify({
    name: 'a',
    version: `${index}.1`,
    fileName: `a-${index}.1-py3-none-any.whl`,
    sha256: HASH,
  });
const packed = (index: number): string => `${offer(index).slice(0, -1)},"bytes":1}`;
const listOf = (count: number, start: string, item: (index: number) => string): string =>
  `${start}[${numbered(count, (index) => (index === 0 ? '' : ',') + item(index))}]}`;

const nothing = { onOutput: () => undefined, onDisplay: () => undefined, onInput: () => undefined };
const OUTPUT_BYTES = MIB;

/** Piece by piece, as a process sends it: each is a message. */
const conclude = async (outcome: Uint8Array): Promise<unknown> => {
  const collector = new RunCollector(OUTPUT_BYTES, nothing);
  await inPieces(outcome, (bytes) => collector.push({ channel: 'outcome', bytes }), PIECE_BYTES);
  return collector.conclude({ kind: 'finished', outputCut: false, outcome: new Uint8Array() });
};
const OUTCOME_CAP = outcomeBudgetBytes(OUTPUT_BYTES) - 1000;
const withValue = (json: string): string =>
  `{"value":{"text":"x","json":${json}},"error":null,"files":[],"truncated":false}`;
function* outcomes(): Generator<Adversarial> {
  yield* longJson(4 * MIB);
  for (const { label, text } of hostileJson(128 * KIB)) {
    yield { label, text };
    yield { label: `value: ${label}`, text: withValue(text) };
  }
  for (const { label, text } of longJson(MIB))
    yield { label: `large value: ${label}`, text: withValue(text) };
  const deep = '['.repeat(OUTCOME_CAP / 2 - 100) + ']'.repeat(OUTCOME_CAP / 2 - 100);
  yield { label: 'deep value up to the cap', text: withValue(deep) };
  yield { label: 'deep error', text: `{"value":null,"error":${deep},"files":[],"truncated":false}` };
  yield { label: 'many empty lists', text: withValue(`[${filled('[],', 2 * MIB)}[]]`) };
  const keys = numbered(50_000, (index) => `,"k${index}":1`);
  yield { label: 'unknown keys', text: `{"value":null,"error":null,"files":[],"truncated":false${keys}}` };
  yield {
    label: 'bad files',
    text: `{"value":null,"error":null,"files":[${filled('1,', MIB)}1],"truncated":false}`,
  };
  const file = { name: 'x'.repeat(200), size: 1, mime: 'a/b' };
  const files = Array.from({ length: 1000 }, (_none, index) => ({
    ...file,
    name: `../${index}${file.name}`,
  }));
  yield {
    label: 'refused names',
    text: JSON.stringify({ value: null, error: null, files, truncated: false }),
  };
  for (const unit of ['\\n', '\\u0001', 'é', '😀', 'a', '.']) {
    const text = unit.repeat(OUTCOME_CAP / 8 / unit.length);
    yield {
      label: `text of ${unit}`,
      text: `{"value":{"text":"${text}"},"error":null,"files":[],"truncated":false}`,
    };
    const error = `{"type":"a.ZoneInfoNotFoundError","message":"${text}","traceback":"","line":null}`;
    yield { label: `error of ${unit}`, text: `{"value":null,"error":${error},"files":[],"truncated":false}` };
  }
}

const show = async (display: Uint8Array): Promise<void> => {
  const collector = new RunCollector(OUTPUT_BYTES, nothing);
  await inPieces(display, (bytes) => collector.push({ channel: 'display', bytes, last: false }), PIECE_BYTES);
  collector.push({ channel: 'display', bytes: new Uint8Array(), last: true });
};
function* displays(): Generator<Adversarial> {
  yield* longJson(4 * MIB);
  yield* hostileJson(128 * KIB);
  for (const unit of ['a', 'é', '中', '\\n', '\\u0041', '😀']) {
    const text = unit.repeat(MIB / unit.length);
    yield { label: `text of ${unit}`, text: `{"mime":[["text/plain","${text}"]],"cut":false}` };
    yield { label: `a type of ${unit}`, text: `{"mime":[["${text}","x"]],"cut":false}` };
  }
  yield {
    label: 'nested types',
    text: `{"mime":${'['.repeat(1e6)}${']'.repeat(1e6)},"cut":false}`.slice(0, 8 * MIB),
  };
}

const outputOf = (unit: string): (() => Promise<string>) => {
  const bytes = asBytes(filled(unit, LIMITS.outputKiB.max * KIB)).subarray(0, LIMITS.outputKiB.max * KIB);
  return async () => {
    const collector = new RunCollector(LIMITS.outputKiB.max * KIB, nothing);
    await inPieces(bytes, (piece) => collector.push({ channel: 'stdout', bytes: piece }), PIECE_BYTES);
    return collector.stdout;
  };
};

/** Images whose beginning goes on and on: what tells their size, or that they move, never comes. In base64, of `length`. */
function* endlessImages(length: number): Generator<Adversarial> {
  for (const [start, unit] of [
    [png(9, 9), chunk('aaAa', [])],
    [jpeg().subarray(0, -2), ascii('\u00ff\u00e0\0\u0002')],
    [jpeg().subarray(0, -2), ascii('a')],
    [jpeg().subarray(0, -2), ascii('\u00ff')],
    [gif(9, 9), ascii('!\u00fe\0')],
    [[...gif(9, 9), ...ascii('!\u00fe')], ascii('\u0001a')],
  ] as const) {
    const { label, text } = between(
      Buffer.from(start).toString('latin1'),
      Buffer.from(unit).toString('latin1'),
      '',
      (length / 4) * 3,
    );
    const data = Buffer.from(text, 'latin1').toString('base64');
    yield { label: `${label} × ${length}`, text: data };
    yield {
      label: `${label} × ${length}, no base64`,
      text: Buffer.from(`${data.slice(0, -1)}!`).toString('latin1'),
    };
  }
}

/** As many as a run may show, or an answer tells of. */
const answerWith = (data: string): unknown => {
  const count = Math.min(50, Math.floor(LIMITS.totalDisplayBytes / data.length));
  const outputs = Array.from({ length: count }, () => ({ mime: { 'image/png': data } }));
  return runAnswer('s', resultOf({ outputs }), { file: () => '', keep: () => '', isNew: false });
};

const readSettings = (text: string): (() => Promise<unknown>) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'settings.json');
  return () => {
    writeFileSync(file, text);
    return openSettings(folder);
  };
};

const lines = (text: string): Promise<unknown> => {
  const run = (): Promise<ReturnType<typeof resultOf>> => Promise.resolve(resultOf({ stdout: text }));
  return new InterpreterService({ runEmbedded: run, runNative: run }).python('x');
};

const failed = (message: string) => ({
  value: null,
  error: { type: 'a.ZoneInfoNotFoundError', message, traceback: message, line: null },
  files: [],
  truncated: false,
  notices: [],
});

const ROWS: readonly Row[] = [
  row(
    'a requirement',
    () => pairs(WORDS, 512, 'a'),
    asText,
    (text) => parseRequirement(text, environment),
  ),
  row(
    'a marker',
    () => pairs(MARKER, 512, 'a;'),
    asText,
    (text) => parseRequirement(text, environment),
  ),
  row('a name in a requirement', () => pairs(WORDS, 512, 'a'), asText, packageName),
  row(
    'a version',
    () => pairs(VERSION, 128, '1'),
    asText,
    (text) => [isPreRelease(text), isNewer(text, text)],
  ),
  row(
    'a range of versions',
    () => pairs(RANGE, 4096),
    asText,
    (text) => isInRange(PYTHON, text),
  ),
  row('the imports of code', codes, asText, (code) => new CodeAnalysis(code).imports()),
  row('what code spells out', codes, asText, (code) => new CodeAnalysis(code).spelledOut()),
  row('the metadata block in code', codes, asText, scriptDependencies),
  row(
    'TOML of a metadata block',
    () => pairs(TOML, 64 * KIB - 100, '# /// script\n# dependencies = ', '\n# ///'),
    asText,
    scriptDependencies,
  ),
  row(
    'a request',
    () => allOf(pairs(['a', 'é', '😀', '\ud83d'], LIMITS.codeBytes), pairs(['a'], 16 * MIB)),
    asText,
    (code) => RunRequest.safeParse({ code, packages: Array<string>(128).fill(' '.repeat(128)) }),
  ),
  row('METADATA of a wheel', metadataTexts, wheelOf, readWheel),
  { reader: 'the entries of a wheel', inputs: wheels },
  row('a JSON page of an index', jsonPages, asBytes, findInPage),
  row('an HTML page of an index', htmlPages, asBytes, findInPage),
  row(
    'the list of a mirror',
    () =>
      allOf(longJson(4 * MIB), hostileJson(128 * KIB), [
        { label: 'full', text: listOf(100, '{"format":1,"packages":', offer) },
      ]),
    asBytes,
    async (bytes) =>
      chooseWheel(await parseOffers(bytes), { name: 'a', versions: `${'>=1,'.repeat(60)}>=1` }),
  ),
  row(
    'the list of a pack',
    () =>
      allOf(longJson(MAX_MANIFEST_BYTES), hostileJson(128 * KIB), [
        {
          label: 'full',
          text: listOf(5000, '{"format":"vivarium-pack","formatVersion":1,"pyodide":"1","files":', packed),
        },
      ]),
    asBytes,
    parseManifest,
  ),
  row("pip's configuration", () => allOf(pairs(INI, 16 * KIB), singles(INI, 256 * KIB)), asText, optionsOf),
  row(
    'the settings',
    () => hostileJson(LIMITS.settingsBytes - 64),
    readSettings,
    (read) => read(),
  ),
  row("a run's report", outcomes, asBytes, conclude),
  row('what a run shows', displays, asBytes, show),
  row(
    'pictures for an agent',
    () => allOf(endlessImages(600_000), endlessImages(LIMITS.displayBytes)),
    asText,
    answerWith,
  ),
  row(
    'what a run prints',
    () => pairs(['a', 'é', '中', '😀', '\n'], 4),
    outputOf,
    (print) => print(),
  ),
  row(
    'what a native run shows',
    () =>
      allOf(
        [between('', '{"mime":[["a/b","é"]],"cut":false}\n', '', 32 * KIB)],
        longJson(2 * MIB),
        hostileJson(128 * KIB),
      ),
    (text) => asBytes(`${text}\n`),
    async (bytes) => {
      const collector = new RunCollector(OUTPUT_BYTES, nothing);
      await new CappedOutput(OUTPUT_BYTES, (piece) => collector.push(piece)).show(bytes);
    },
  ),
  row(
    'the imports that an interpreter reports',
    () => hostileJson(60_000),
    asText,
    (text) => ImportReport.safeParse(JSON.parse(text)),
  ),
  row(
    'what Python says of names',
    () =>
      allOf(longJson(LIMITS.nameReportBytes), hostileJson(128 * KIB), [
        between(
          '{"kind":"names","names":[',
          '["a","key"],',
          '["a","key"]],"isCut":true}',
          LIMITS.nameReportBytes,
        ),
        between(
          '{"kind":"call","type":"',
          'é',
          '","signature":"","documentation":""}',
          LIMITS.nameReportBytes / 2,
        ),
      ]),
    asBytes,
    readNameReport,
  ),
  row(
    'code that may call functions',
    () => allOf(codes(), singles(['a ', 'host.b ', 'b0 b1 '], LIMITS.codeBytes - 10)),
    (text) => `${text}\nhost`,
    (text) => FRAME_FUNCTIONS.modulesFor(text),
  ),
  row(
    'a list of files',
    () => allOf(singles(NAMES, 8000), pairs(NAMES, 100)),
    (name) =>
      Array.from({ length: LIMITS.listedFiles }, (_none, index) => ({
        // As a reader of JSON gives it: not put together of two halves that are still to be joined.
        name: Buffer.from(`${index}${name}`, 'utf16le').toString('utf16le'),
        size: 1,
        mime: name,
      })),
    (files) => checkFiles(files, undefined),
  ),
  row(
    'a name of a file',
    () => allOf(pairs(NAMES, LIMITS.fileNameLength), singles(NAMES, MIB)),
    asText,
    (name) => [workspaceNameProblem(name), SuggestedName.safeParse(name), SessionName.safeParse(name)],
  ),
  row(
    "a guest's HTML",
    () => allOf(pairs(HTML, 32 * KIB), singles(HTML, MAX_OUTPUT_LENGTH)),
    asText,
    (html) => (hasMoreTags(html, MAX_OUTPUT_ELEMENTS) ? null : sanitizeHtml(html)),
  ),
  row(
    "a guest's error",
    () => pairs(['.', ' ', '\n', '\\n', '. \n On Pyodide', 'a'], MIB),
    asText,
    (message) => new ModuleAdvice().applyTo(failed(message)),
  ),
  row("a guest's output as lines", () => pairs(['\n', '\r', 'a', '\r\n'], MIB), asText, lines),
  row(
    "a guest's output for the window",
    () => pairs(['a', 'é', '\n'], PIECE_BYTES),
    asBytes,
    (bytes) => {
      const clock = { now: () => 0, after: () => () => undefined };
      const stream = new RunStream('r', clock, () => undefined);
      for (let piece = 0; piece < 16; piece++) stream.text({ stream: 'stdout', bytes });
      stream.close();
    },
  ),
  row(
    "a guest's output on a terminal",
    () => pairs(['\u001b', '[', '1', ';', 'm', '\u009b', 'a'], PIECE_BYTES),
    asBytes,
    (bytes) => new TerminalFilter().push(bytes),
  ),
  row('a message in one line', () => pairs(['\u001b', '\u202e', '\ud83d', 'a'], 4 * MIB), asText, oneLine),
  row(
    'a message between processes',
    () => hostileJson(128 * KIB),
    safely,
    (value) => measure(value, { maxBytes: 16 * MIB, maxDepth: 64, maxNodes: 100_000 }),
  ),
  row(
    'a large file',
    () => [between('', 'x', '', 64 * MIB)],
    asBytes,
    (bytes) => sha256(bytes),
  ),
  row(
    'a large download',
    () => [between('', 'x', '', 64 * MIB)],
    asBytes,
    (bytes) =>
      joined(
        Array.from({ length: 1024 }, (_none, index) =>
          bytes.subarray(index * 64 * KIB, (index + 1) * 64 * KIB),
        ),
        bytes.length,
      ),
  ),
];

function safely(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

describe('main is not stalled', () => {
  test.each(ROWS)('by $reader', { timeout: LONG_MS }, async ({ inputs }) => {
    const slow: string[] = [];
    for (const { label, read } of inputs()) {
      const stall = await longestStall(read);
      if (stall > BUDGET_MS) slow.push(`${label}: ${stall.toFixed(0)} ms`);
    }
    expect(slow).toEqual([]);
  });
});
