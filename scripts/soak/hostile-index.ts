/** A hostile package index on the loopback: each of its projects attacks in another way. */
import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { zipOf } from '../../tests/unit/scripts/support/zip.ts';
import { MIB } from '../../src/shared/units.ts';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
/** Between two bytes of a server that takes its time, in ms. */
const DRIP_MS = 200;

type Answer = (response: ServerResponse) => void;

interface Project {
  readonly page: Answer;
  /** Files by their names. */
  readonly files?: ReadonlyMap<string, Answer>;
}

const whole =
  (type: string, body: string | Buffer): Answer =>
  (response) => {
    response
      .writeHead(200, { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) })
      .end(body);
  };

/** The same piece over and over, as fast as it is taken. */
const endless =
  (type: string, head: string, piece: string): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': type });
    response.write(head);
    const more = (): void => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', more);
    more();
  };

const drip =
  (type: string): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': type });
    const timer = setInterval(() => response.write(' '), DRIP_MS);
    response.on('close', () => clearInterval(timer));
  };

const nothing: Answer = () => undefined;

const refusal: Answer = (response) => {
  response.writeHead(404, { 'content-length': '0' }).end();
};

const redirect =
  (to: string): Answer =>
  (response) => {
    response.writeHead(302, { location: to, 'content-length': '0' }).end();
  };

const page = (name: string, files: readonly object[]): string =>
  JSON.stringify({ meta: { 'api-version': '1.0' }, name, files });

const listing = (name: string, file: string, sha256: string): object => ({
  filename: file,
  url: `/files/${name}/${file}`,
  hashes: { sha256 },
});

/** @param more lines of METADATA */
const wheel = (
  name: string,
  more: readonly string[],
  files: Readonly<Record<string, string | Buffer>> = {},
): Buffer => {
  const stem = name.replaceAll('-', '_');
  const metadata = ['Metadata-Version: 2.1', `Name: ${name}`, 'Version: 1.0', ...more, ''].join('\n');
  return zipOf([
    { name: `${stem}/__init__.py`, contents: 'HARMLESS = True\n' },
    ...Object.entries(files).map(([file, contents]) => ({ name: file, contents, deflated: true })),
    { name: `${stem}-1.0.dist-info/METADATA`, contents: metadata, deflated: true },
    { name: `${stem}-1.0.dist-info/WHEEL`, contents: 'Wheel-Version: 1.0\nTag: py3-none-any\n' },
    { name: `${stem}-1.0.dist-info/RECORD`, contents: '' },
  ]);
};

const project = (name: string, bytes: Buffer, stated?: string): Project => {
  const file = `${name.replaceAll('-', '_')}-1.0-py3-none-any.whl`;
  const sha256 = stated ?? createHash('sha256').update(bytes).digest('hex');
  return {
    page: whole(JSON_TYPE, page(name, [listing(name, file, sha256)])),
    files: new Map([[file, whole('application/octet-stream', bytes)]]),
  };
};

const manyFiles = (name: string): string =>
  page(
    name,
    Array.from({ length: 49_000 }, (_, index) => ({
      ...listing(
        name,
        `vvx_many_files-${String(index)}.${'1.'.repeat(40)}0rc1-py3-none-any.whl`,
        '0'.repeat(64),
      ),
      'requires-python': `${'>=3.0,'.repeat(30)}!=3.1.*`,
    })),
  );

const PROJECTS: Readonly<Record<string, () => Project>> = {
  'vvx-endless-page': () => ({
    page: endless(
      JSON_TYPE,
      '{"name":"vvx-endless-page","files":[',
      '{"filename":"x","url":"y","hashes":{}},'.repeat(1000),
    ),
  }),
  'vvx-many-files': () => ({ page: whole(JSON_TYPE, manyFiles('vvx-many-files')) }),
  'vvx-deep-page': () => ({ page: whole(JSON_TYPE, '['.repeat(8 * MIB)) }),
  'vvx-deep-inside': () => ({
    page: whole(
      JSON_TYPE,
      `{"name":"vvx-deep-inside","x":${'{"a":'.repeat(2 * MIB)}1${'}'.repeat(2 * MIB)},"files":[]}`,
    ),
  }),
  'vvx-links': () => ({
    page: whole('text/html', `<a href="x-1.0-py3-none-any.whl#${'&'.repeat(1900)}">x</a>`.repeat(10_000)),
  }),
  'vvx-nested-html': () => ({ page: whole('text/html', '<div a="'.repeat(MIB)) }),
  'vvx-drip': () => ({ page: drip(JSON_TYPE) }),
  'vvx-silent': () => ({ page: nothing }),
  'vvx-circle': () => ({ page: redirect('/simple/vvx-circle/') }),
  'vvx-not-json': () => ({ page: whole(JSON_TYPE, '\u0000'.repeat(MIB)) }),
  'vvx-bad-hash': () => project('vvx-bad-hash', wheel('vvx-bad-hash', []), '0'.repeat(64)),
  'vvx-slow-file': () => ({
    ...project('vvx-slow-file', wheel('vvx-slow-file', [])),
    files: new Map([['vvx_slow_file-1.0-py3-none-any.whl', drip('application/octet-stream')]]),
  }),
  'vvx-half-zip': () => project('vvx-half-zip', wheel('vvx-half-zip', []).subarray(0, 200)),
  'vvx-slow-field': () =>
    project('vvx-slow-field', wheel('vvx-slow-field', [`A:${' '.repeat(3 * MIB)}x\u2028y`])),
  'vvx-many-needs': () =>
    project(
      'vvx-many-needs',
      wheel(
        'vvx-many-needs',
        Array.from(
          { length: 4000 },
          (_, index) => `Requires-Dist: vvx-none-${String(index)} ; python_version >= "3"`,
        ),
      ),
    ),
  'vvx-blank-need': () =>
    project('vvx-blank-need', wheel('vvx-blank-need', [`Requires-Dist: a${' '.repeat(500)}@`])),
  'vvx-zip-bomb': () =>
    project('vvx-zip-bomb', wheel('vvx-zip-bomb', [], { 'vvx_zip_bomb/zeros': Buffer.alloc(256 * MIB) })),
  'vvx-many-members': () =>
    project(
      'vvx-many-members',
      wheel(
        'vvx-many-members',
        [],
        Object.fromEntries(
          Array.from({ length: 30_000 }, (_, index) => [`vvx_many_members/m${String(index)}.py`, '']),
        ),
      ),
    ),
  'vvx-others-modules': () =>
    project(
      'vvx-others-modules',
      wheel('vvx-others-modules', [], { 'json/__init__.py': 'EVIL = 1', 'numpy/__init__.py': 'EVIL = 1' }),
    ),
  'vvx-out-of-place': () =>
    project(
      'vvx-out-of-place',
      wheel('vvx-out-of-place', [], { '../../../../etc/evil': 'EVIL', '/etc/evil': 'EVIL', 'a\u0000b': '' }),
    ),
};

/** As code imports them. */
export const HOSTILE_PACKAGES: readonly string[] = Object.keys(PROJECTS).map((name) =>
  name.replaceAll('-', '_'),
);

export interface HostileIndex {
  readonly url: string;
  close(): Promise<void>;
}

export const openHostileIndex = async (): Promise<HostileIndex> => {
  // Each is made once, when it is first asked for.
  const made = new Map<string, Project>();
  const projectOf = (name: string): Project | undefined => {
    const known = made.get(name) ?? (Object.hasOwn(PROJECTS, name) ? PROJECTS[name]?.() : undefined);
    if (known !== undefined) made.set(name, known);
    return known;
  };
  const server = createServer((request, response) => {
    const [, folder = '', name = '', file = ''] = (request.url ?? '').split('/');
    const found = projectOf(name);
    const answer = folder === 'simple' ? found?.page : found?.files?.get(file);
    response.on('error', () => undefined);
    (answer ?? refusal)(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the index has no port');
  return {
    url: `http://127.0.0.1:${String(address.port)}/simple/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
