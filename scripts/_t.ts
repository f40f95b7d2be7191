import { Sandbox } from '../src/main/sandbox/sandbox.ts';
import { NodeLauncher } from '../src/main/sandbox/node-launcher.ts';
import { systemClock } from '../src/main/sandbox/clock.ts';
import { loadRuntimeAssets } from '../src/main/sandbox/runtime-assets.ts';
const U = '/work/main/out/utility/',
  P = '/work/main/node_modules/pyodide/';
const s = new Sandbox({
  launcher: new NodeLauncher(U + 'sidecar.cjs'),
  clock: systemClock,
  memoryMiB: 512,
  outputKiB: 64,
  onState: (x) => console.error('state', JSON.stringify(x)),
  loadAssets: () =>
    loadRuntimeAssets({
      manifest: U + 'runtime.json',
      assets: {
        wasm: P + 'pyodide.asm.wasm',
        stdlib: P + 'python_stdlib.zip',
        lock: P + 'pyodide-lock.json',
        worker: U + 'worker.cjs',
        guest: U + 'guest.js',
      },
    }),
});
for (const c of process.argv.slice(2)) {
  const r = await s.run(
    { code: c, timeoutMs: 5000 },
    {
      onOutput: (o) => {
        process.stdout.write(o.bytes);
      },
    },
  );
  console.log(JSON.stringify(r));
}
await s.dispose();
