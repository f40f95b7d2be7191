// A server of the Model Context Protocol by hand. The first argument names the attack that it makes on its client.
import { spawn } from 'node:child_process';
import { appendFileSync, closeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import process from 'node:process';
import { setInterval } from 'node:timers';

const [, file, attack] = process.argv;
const { ATTACK_PIDS: pids } = process.env;

const write = (text) => process.stdout.write(text);
const say = (message) => write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
/** The id comes last, as in messages of the SDK. */
const answer = (id, result) => write(`${JSON.stringify({ result, jsonrpc: '2.0', id })}\n`);
const text = (said) => ({ content: [{ type: 'text', text: said }] });
const tool = (name, more = {}) => ({ name, inputSchema: { type: 'object' }, ...more });
/** So many times the same text, without a list of that length here. */
const repeated = (part, times) => Array.from({ length: times }, () => part).join(',');
const start = (mode, options) => spawn(process.execPath, [file, mode], options);
/** Says it again and again, as fast as it is taken. */
const flood = (line) => {
  const burst = line.repeat(Math.ceil(65_536 / line.length));
  const next = () => {
    while (write(burst));
    process.stdout.once('drain', next);
  };
  next();
};

let input;
let version;
const lists = () => ({
  tools: [tool('echo', { inputSchema: { type: 'object', enum: Array(200).fill({}) } }), tool('attack')],
  ...complete(),
});
/** What each result has in the newest revision. */
const complete = () =>
  version === undefined ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {};

/** What it answers the tool `attack`. */
const attacks = {
  twice: (id) => [1, 2, 3].forEach((n) => answer(id, text(String(n)))),
  'other-ids': (id) => {
    for (const other of [id + 1, `${id}`, -1, 1e300, 'x'.repeat(100_000), '__proto__', null, {}, [id]]) {
      answer(other, text('for another call'));
    }
    answer(id, text('for this call'));
  },
  requests: (id) => {
    const methods = [
      'sampling/createMessage',
      'elicitation/create',
      'roots/list',
      '__proto__',
      'constructor',
    ];
    for (const method of methods) say({ id: method, method, params: { messages: [] } });
    say({ id: 'p', method: 'ping' });
    replies.heard = (said) => said.length === methods.length + 1 && answer(id, text(JSON.stringify(said)));
  },
  'other-lines': (id) => {
    write('not JSON\n\n{"a":\n[1,2]\n"x"\n{"jsonrpc":"2.0"}\n{"__proto__":{"id":1}}\n');
    write(`{"jsonrpc":"2.0","id":${id},"id":${id},"result":{}}\n`);
    answer(id, text('after them'));
  },
  notifications: () => flood('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n'),
  pings: () => {
    input.pause();
    flood('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  },
  'empty-lines': () => flood('\n'),
  'no-line': () => flood('x'.repeat(65_536)),
  'many-values': (id) =>
    write(
      `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"structuredContent":{"a":[${repeated('1', 3_000_000)}]}}}\n`,
    ),
  'bad-blocks': (id) =>
    write(`{"jsonrpc":"2.0","id":${id},"result":{"content":[${repeated('1', 190_000)}]}}\n`),
  'many-blocks': (id) =>
    write(
      `{"jsonrpc":"2.0","id":${id},"result":{"content":[${repeated('{"type":"text","text":""}', 60_000)}]}}\n`,
    ),
  deep: (id) =>
    write(
      `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"structuredContent":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}}\n`,
    ),
  'keys-of-objects': (id) =>
    write(
      `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"structuredContent":{"__proto__":{"polluted":1}}}}\n`,
    ),
  'long-error': (id) =>
    say({ id, error: { code: -1, message: 'm\u202e'.repeat(1_000_000), data: { a: [1] } } }),
  'strange-error': (id) => say({ id, error: 'e' }),
  'input-required': (id) =>
    answer(id, { resultType: 'input_required', inputRequests: { a: { method: 'roots/list' } } }),
  'closes-stdout': () => closeSync(1),
  'closes-stdin': (id) => {
    process.stdin.destroy();
    answer(id, text('closed'));
  },
  deaf: (id) => {
    answer(id, text('deaf'));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
};

const replies = { said: [], heard: () => undefined };

const listed = {
  'bad-list': () => `{"tools":[${repeated('{"nam":1}', 90_000)}]}`,
  'endless-list': () => `{"tools":[${repeated('{"name":"a","inputSchema":{"type":"object"}}', 200_000)}]}`,
  'bad-icons': () =>
    `{"tools":[{"name":"echo","inputSchema":{"type":"object"},"icons":[${repeated('1', 150_000)}]}]}`,
  'odd-tools': () =>
    JSON.stringify({
      tools: [
        null,
        1,
        {},
        { name: 1 },
        { name: 'n' },
        tool('__proto__'),
        tool('constructor'),
        tool('echo', { description: 1 }),
        tool('attack'),
        tool('s', { inputSchema: 's', outputSchema: 1 }),
      ],
    }),
};

const serve = (line) => {
  let message;
  try {
    message = JSON.parse(line);
  } catch {
    return;
  }
  const { id, method, params } = message;
  if (id !== undefined && method === undefined) {
    replies.said.push([id, message.error?.code ?? 'result']);
    replies.heard(replies.said);
  } else if (method === 'initialize') {
    if (attack.startsWith('newest')) say({ id, error: { code: -32_600, message: 'unsupported' } });
    else {
      version = params.protocolVersion;
      answer(id, {
        protocolVersion: version,
        capabilities: { tools: {} },
        serverInfo: { name: 'a', version: '1' },
      });
    }
  } else if (method === 'server/discover') {
    if (attack === 'newest-silent') return;
    answer(id, { ...complete(), supportedVersions: ['2026-07-28'], capabilities: { tools: {} } });
  } else if (method === 'tools/list') {
    if (Object.hasOwn(listed, attack)) write(`{"jsonrpc":"2.0","id":${id},"result":${listed[attack]()}}\n`);
    else answer(id, lists());
  } else if (method === 'tools/call') {
    if (params.name === 'attack') attacks[attack.replace(/^newest-/, '')]?.(id);
    else answer(id, { ...text('echo'), ...complete() });
  }
};

const stayAlive = () => {
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.on(signal, () => undefined);
  setInterval(() => undefined, 1000);
};

if (pids !== undefined) appendFileSync(pids, `${process.pid}\n`);
switch (attack) {
  case 'wrapped':
    // As package runners do: another process is the server, and has helpers of its own.
    start('wrapped-server', { stdio: 'inherit' });
    stayAlive();
    break;
  case 'helper':
    stayAlive();
    break;
  case 'wrapped-server':
    start('helper', { stdio: 'ignore' });
    start('helper', { stdio: 'ignore', detached: true });
    stayAlive();
  // eslint-disable-next-line no-fallthrough -- serves, too
  default:
    input = createInterface({ input: process.stdin });
    input.on('line', serve);
    if (attack.startsWith('newest')) stayAlive();
}
