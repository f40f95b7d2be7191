// A tool server that says its first argument again and again as soon as it is to list its tools: without end, or as often
// as the second argument says, and then lists none.
import { createInterface } from 'node:readline';
import process from 'node:process';

const [, , said, times] = process.argv;
const line = `${said}\n`;
const piece = line.repeat(Math.ceil(1_000_000 / line.length));
const flood = () => {
  while (process.stdout.write(piece));
};
const answer = (id, result) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);

createInterface({ input: process.stdin }).on('line', (text) => {
  const { id, method, params } = JSON.parse(text);
  if (method === 'initialize') {
    const { protocolVersion } = params;
    answer(id, {
      protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'flooding', version: '1' },
    });
  } else if (method === 'tools/list') {
    if (times === undefined) {
      process.stdout.on('drain', flood);
      flood();
    } else {
      process.stdout.write(line.repeat(Number(times)));
      answer(id, { tools: [] });
    }
  }
});
