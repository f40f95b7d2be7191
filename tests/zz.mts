import { nodeSandbox } from './support/node-sandbox.ts';
const s = nodeSandbox();
const r = await s.run({ code: '1+1', session: 'a' });
console.log(r.status, r.error);
const N = 1500;
const stat = (a: number[]) => {
  a.sort((x, y) => x - y);
  return `min ${a[0]!.toFixed(3)} p50 ${a[N >> 1]!.toFixed(3)}`;
};
for (let i = 0; i < 200; i++) await s.run({ code: '1+1', session: 'a' });
for (let k = 0; k < 2; k++) {
  const a: number[] = [];
  for (let i = 0; i < N; i++) {
    const t = performance.now();
    await s.run({ code: '1+1', session: 'a' });
    a.push(performance.now() - t);
  }
  console.log('run', stat(a));
  const b: number[] = [];
  for (let i = 0; i < N; i++) {
    const t = performance.now();
    await s.ping('a');
    b.push(performance.now() - t);
  }
  console.log('ping', stat(b));
}
const rr = await s.run({
  code: `
import sys, time, json
f=sys.modules['__main__']
import gc
S=[o for o in gc.get_objects() if type(o).__name__=='Session'][0]
def t(g,n=300):
    a=time.perf_counter()
    for _ in range(n): g()
    return round((time.perf_counter()-a)/n*1e3,4)
res={'snapshot_files':t(S._snapshot_files),'changed':t(lambda:S._changed_files({})),'compile':t(lambda:S._compile('1+1')),'register':t(lambda:S._register_source('1+1')),'enter':t(S._enter_workspace),'end':t(S._end),'outcome':t(lambda:S._outcome(('2',False,'2'),None,{},1000)),'suspend':t(S._suspend_guest),'enter_plain':t(S._loops.enter_plain),'leave':t(S._loops.leave_plain)}
json.dumps(res)
`,
  session: 'a',
});
console.log(rr.value?.text, rr.error?.traceback);
await s.dispose();
