import http from 'node:http';
import { readFileSync, existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { createSandbox } from './src/main/create-sandbox.ts';
import { NodeLauncher } from './src/main/sandbox/node-launcher.ts';
import { nodeTransport } from './src/main/packages/node-transport.ts';
process.env.VIVARIUM_DATA_DIR = '/tmp/atk/data-node';
const W = '/root/.cache/vivarium/wheels-314.0.3';
const log: string[] = [];
const srv = http.createServer((q, r) => { log.push(q.url ?? ''); const f = path.join(W, decodeURIComponent((q.url ?? '').replace(/^\/(mirror|simple)\//, ''))); if (q.url?.startsWith('/mirror/') && existsSync(f) && statSync(f).isFile()) r.end(readFileSync(f)); else { r.statusCode = 404; r.end(); } });
await new Promise<void>((ok) => srv.listen(0, '127.0.0.1', ok));
const base = `http://127.0.0.1:${(srv.address() as { port: number }).port}`;
const s = createSandbox({ outDir: path.resolve('out'), launcher: (script) => new NodeLauncher(script), packageSources: { settings: { autoInstall: true, mirror: `${base}/mirror/`, allow: [] }, transport: nodeTransport(), official: false, indexUrl: `${base}/simple/` } as never });
const show = (n: string, r: Awaited<ReturnType<typeof s.run>>, t: number) => console.log(n, r.status, r.session.state, r.error?.message?.slice(0, 160), r.value?.text?.slice(0, 100), r.packages.join(','), `${Math.round(performance.now() - t)} ms`, r.stderr.slice(0, 200), JSON.stringify(r.timing));
const run = async (n: string, code: string, o: object = {}) => { const t = performance.now(); const r = await s.run({ code, timeoutMs: 20000, ...o } as never, {}); show(n, r, t); return r; };
const step = process.argv[2] ?? 'all';
const PATCH = (body: string) => `
import gc, sys
found = [o for o in gc.get_objects() if type(o).__name__ == 'Packages' and hasattr(o, 'find_imports')]
print(len(found), file=sys.stderr)
cls = type(found[0])
${body}
`;
if (step === 'lie' || step === 'all') {
  await run('patch', PATCH(`cls.find_imports = lambda s, c: '{"modules":[' + ','.join('"secret%d.x"' % i for i in range(400)) + '],"hints":["hintsecret"],"asked":["stolen-data-%s","six==9.9","a b","../x","__proto__","x; python_version>\\\\"3\\\\"","numpy[all]"]}'`), { session: 'a' });
  await run('lied', 'import os; 1', { session: 'a' });
  console.log('requests', [...new Set(log)]);
  await run('patch2', PATCH(`cls.find_imports = lambda s, c: 'x' * 10**8`), { session: 'b' });
  await run('huge', 'import os; 1', { session: 'b' });
  await run('patch3', PATCH(`cls.find_imports = lambda s, c: 5`), { session: 'c' });
  await run('num', 'import os; 1', { session: 'c' });
  await run('patch4', PATCH(`cls.find_imports = lambda s, c: (_ for _ in ()).throw(KeyboardInterrupt)`), { session: 'd' });
  await run('kbd', 'import os; 1', { session: 'd' });
  await run('patch5', PATCH(`
def f(s, c):
    import os; os._exit(3)
cls.find_imports = f`), { session: 'e' });
  await run('exit', 'import os; 1', { session: 'e' });
  await run('after', '1', { session: 'e' });
}
if (step === 'hang' || step === 'all') {
  await run('p', PATCH(`
def f(s, c):
    while True: pass
cls.find_imports = f`), { session: 'h' });
  await run('hung', 'import os; 1', { session: 'h', timeoutMs: 1000 });
  await run('after', '2', { session: 'h' });
  await run('other', '3', { session: 'h2' });
}
if (step === 'inst' || step === 'all') {
  for (const [n, body] of [['raise', 'raise RuntimeError("no")'], ['exit', 'import os; os._exit(1)'], ['rec', 'return s.installed()'], ['mem', 'x=[0]*10**9'], ['kbd', 'raise KeyboardInterrupt']] as const) {
    await run('p-' + n, PATCH(`
def f(s):
    ${body}
cls.installed = f`), { session: n });
    await run('inst-' + n, 'import six; six.__version__', { session: n });
    await run('after-' + n, '2', { session: n });
  }
  await run('files', `
import os, shutil
sp='/lib/python3.14/site-packages'
shutil.rmtree(sp); open(sp,'w').write('x')`, { session: 'sp' });
  await run('inst-files', 'import six; six.__version__', { session: 'sp' });
  await run('links', `
import os, shutil
sp='/lib/python3.14/site-packages'
shutil.rmtree(sp); os.symlink(sp, sp)`, { session: 'sl' });
  await run('inst-links', 'import six; six.__version__', { session: 'sl' });
}
console.log('requests', [...new Set(log)].slice(0, 40), s.state, s.sessions);
await s.dispose(); srv.close();
