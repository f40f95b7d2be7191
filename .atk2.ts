import path from 'node:path';
import { readdirSync, readFileSync } from 'node:fs';
import { createSandbox } from './src/main/create-sandbox.ts';
import { NodeLauncher } from './src/main/sandbox/node-launcher.ts';
import { nodeTransport } from './src/main/packages/node-transport.ts';
process.env.VIVARIUM_DATA_DIR = '/tmp/atk/data-node';
const W = '/root/.cache/vivarium/wheels-314.0.3';
const mk = () => createSandbox({ outDir: path.resolve('out'), launcher: (script) => new NodeLauncher(script), packageSources: { settings: { autoInstall: true, mirror: W, allow: [] }, transport: nodeTransport(), official: false } as never });
const s = mk();
const step = process.argv[2];
const t0 = performance.now();
const brief = (r: Awaited<ReturnType<typeof s.run>>) => `${r.status}/${r.session.state} ${(r.error?.message ?? '').slice(0, 140)} ${r.value?.text ?? ''} pk=${r.packages.length} run=${Math.round(r.timing.runMs)} files=${r.files.length} ${r.stdout.slice(0, 60)}`;
let maxLag = 0; let last = performance.now(); setInterval(() => { const n = performance.now(); maxLag = Math.max(maxLag, n - last - 50); last = n; }, 50).unref();
if (step === 'two') {
  const rs = await Promise.all([0, 1].map((i) => s.run({ code: 'import scipy; scipy.__version__', session: 's' + i, timeoutMs: 60000 }, {})));
  rs.forEach((r) => console.log(brief(r)));
}
if (step === 'cancel') {
  for (const ms of [50, 300, 600, 900, 1200, 1600, 2000, 2500, 3000]) {
    const c = new AbortController(); setTimeout(() => c.abort(), ms);
    const r = await s.run({ code: 'import scipy, pandas; open("f","w").write("x"*10**8); input("?")', session: 'c', timeoutMs: 60000 }, { signal: c.signal, onInput: () => new Promise(() => undefined), onFile: () => undefined });
    console.log(ms, brief(r));
  }
  console.log('after', brief(await s.run({ code: 'import scipy; scipy.__version__', session: 'c', timeoutMs: 60000 }, {})));
}
if (step === 'kill') {
  const pids = () => readdirSync('/proc').filter((p) => /^\d+$/.test(p)).filter((p) => { try { return readFileSync(`/proc/${p}/stat`, 'utf8').includes(` ${process.pid} `) && readFileSync(`/proc/${p}/cmdline`, 'utf8').includes('sidecar'); } catch { return false; } });
  let n = 0;
  for (const ms of [100, 500, 900, 1300, 1800, 2400, 3200, 4000]) {
    const x = mk();
    setTimeout(() => { for (const p of pids()) { n++; try { process.kill(Number(p), 'SIGKILL'); } catch { /* gone */ } } }, ms);
    const t = performance.now();
    const r = await x.run({ code: 'import scipy\nfor i in range(20): open(f"f{i}","wb").write(b"x"*10**7)\n1', timeoutMs: 60000 }, { onFile: async () => { await new Promise((k) => setTimeout(k, 50)); } });
    console.log(ms, brief(r), Math.round(performance.now() - t));
    const r2 = await x.run({ code: '1+1' }, {}); console.log('  next', brief(r2));
    await x.dispose();
  }
  console.log('killed', n);
}
if (step === 'queue') {
  const rs = await Promise.all(Array.from({ length: 100 }, (_, i) => s.run({ code: i % 3 ? `${i}` : 'while True: pass', timeoutMs: 300, ...(i % 5 ? {} : { session: 'q' + (i % 40) }) }, {})));
  const c: Record<string, number> = {}; for (const r of rs) { const k = r.status + '/' + r.session.state; c[k] = (c[k] ?? 0) + 1; } console.log(c, rs.filter((r) => r.status === 'crashed' || r.status === 'setup-failed').map(brief).slice(0, 3));
}
if (step === 'files') {
  const got: string[] = []; let bytes = 0;
  const run = async (n: string, code: string, o = {}) => { got.length = 0; bytes = 0; const t = performance.now(); const r = await s.run({ code, timeoutMs: 60000, ...o }, { onFile: (f) => { if (f.kind === 'whole') { bytes += f.bytes.length; got.push(f.name); } else got.push('-' + f.name + ': ' + f.why); } }); console.log(n, brief(r), got.length, got.slice(0, 3), got.slice(-2), bytes, Math.round(performance.now() - t)); };
  await run('many', 'for i in range(20000): open(f"f{i}","w").close()\nfor i in range(3000):\n  import os\n  os.makedirs(f"d{i}/e")\n  open(f"d{i}/e/x","w").write("1")');
  await run('big', 'open("a","wb").truncate(150*2**20)\nopen("b","wb").truncate(100*2**20)\nopen("c","wb").truncate(100*2**20)\nopen("d","wb").truncate(100*2**20)\nopen("e","w").write("1")');
  await run('deep', 'import os\nfor i in range(300):\n  os.mkdir("d"); os.chdir("d")\nopen("x","w").write("1")');
  await run('loop', 'import os\nos.symlink("/workspace","l"); os.symlink("l","m"); os.mkfifo("ff") if hasattr(os,"mkfifo") else 0\nos.symlink("/dev/urandom","u"); os.symlink("/proc/self/mem","pm"); open("ok","w").write("1")');
  await run('lie', `
import gc
o=[x for x in gc.get_objects() if type(x).__name__=='WorkspaceFiles'][0]
c=type(o)
c.changed=lambda s,b: (['{"name":"../../etc/passwd","size":-1,"mime":"x"}'], False)`);
  await run('lie2', `
import gc
o=[x for x in gc.get_objects() if type(x).__name__=='WorkspaceFiles'][0]
c=type(o)
import os
os.symlink('/dev/random','rnd'); os.mkdir('dir')
c.changed=lambda s,b: (['{"name":"%s","size":1,"mime":"x"}' % n for n in ["rnd","dir","nothere","l/l/etc/passwd"]], False)`);
  await run('patchFS', `
import gc
o=[x for x in gc.get_objects() if type(x).__name__=='WorkspaceFiles'][0]
c=type(o)
def f(s,b):
  while True: pass
c.changed=f`, { timeoutMs: 1000 });
  await run('growing', `
import asyncio, os
open("g","wb").write(b"x"*10**6)
loop=asyncio.get_event_loop()
def tick():
    try:
        with open("/workspace/g","ab") as h: h.write(b"y"*10**6)
        os.path.exists("/workspace/sw") and os.remove("/workspace/sw")
    except Exception: pass
    loop.call_later(0, tick)
loop.call_later(0, tick)
open("sw","w").write("q")
1`, { session: 'g' });
}
console.log('lag', Math.round(maxLag), 'rss', Math.round(process.memoryUsage().rss / 2 ** 20), 'total', Math.round(performance.now() - t0), s.state);
await s.dispose();
