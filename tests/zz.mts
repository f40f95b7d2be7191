import { ElectronSandbox } from './support/electron-sandbox.ts';
for (let k=0;k<3;k++){
const s = await ElectronSandbox.open({spares: 1});
const t=performance.now();
const r=await s.run('1+1'); console.log('first', Math.round(performance.now()-t), 'start', Math.round(r.timing.startMs), 'run', r.timing.runMs.toFixed(1), 'process', Math.round(s.told('process-started')[0]!.startMs));
for (let i=0;i<5;i++){ await new Promise(x=>setTimeout(x,1500)); const t=performance.now(); const r=await s.run('1+1'); console.log('  spare', (performance.now()-t).toFixed(1), 'start', r.timing.startMs.toFixed(1), 'run', r.timing.runMs.toFixed(1)); }
process.kill(s.mainPid)
}
process.exit(0)
