import { z } from 'zod';
import type { DoctorReport } from '../../shared/doctor.ts';
import type { LockdownOrder } from '../../shared/isolation.ts';
import { ProbePlace, type ProbeResult } from '../../shared/probe-protocol.ts';
import type { SidecarLauncher } from '../sandbox/launcher.ts';
import type { Asset } from '../sandbox/runtime-assets.ts';
import { allHold, examineLayers, type Findings } from './examine-layers.ts';
import { kernelView } from './kernel-view.ts';
import { ProbeClient } from './probe-client.ts';
import { ProbeScene } from './probe-scene.ts';

export interface DoctorOptions {
  /** Starts probe sidecars. */
  readonly launcher: SidecarLauncher;
  readonly loadAssets: () => Promise<readonly Asset[]>;
  readonly lockdown: () => Promise<LockdownOrder>;
  /** Of the process that asks. */
  readonly pid: number;
  readonly memoryMiB: number;
  /** Memory of a process of ours in MiB; null when it can't be told. */
  readonly memoryOf: (pid: number) => number | null;
  readonly machine: () => Pick<DoctorReport, 'system' | 'paths'> & {
    readonly versions: Omit<DoctorReport['versions'], 'python'>;
    readonly memory: Omit<DoctorReport['memory'], 'sidecarMiB'>;
  };
}

/** The part of Pyodide's lock file that names Python's version. */
const LockInfo = z.object({ info: z.object({ python: z.string().max(100) }) });

const pythonVersion = (assets: readonly Asset[]): string => {
  const lock = assets.find(({ name }) => name === 'lock');
  return LockInfo.parse(JSON.parse(new TextDecoder().decode(lock?.bytes))).info.python;
};

/** Looks at the isolation of this very installation, by trying to break it. */
export class Doctor {
  readonly #options: DoctorOptions;

  constructor(options: DoctorOptions) {
    this.#options = options;
  }

  /** @throws Error when the process can't be started or dies: nothing was found out then */
  async examine(): Promise<DoctorReport> {
    const { machine, loadAssets } = this.#options;
    const assets = await loadAssets();
    const { findings, sidecarMiB } = await this.#findings(assets);
    const { system, versions, memory, paths } = machine();
    const layers = examineLayers(findings, system.platform, this.#options.pid);
    return {
      ok: allHold(layers),
      layers,
      probes: [...findings.probes],
      connections: findings.connections,
      system,
      versions: { ...versions, python: pythonVersion(assets) },
      memory: { ...memory, sidecarMiB },
      paths,
    };
  }

  async #findings(assets: readonly Asset[]): Promise<{ findings: Findings; sidecarMiB: number | null }> {
    const order = await this.#options.lockdown();
    const client = new ProbeClient(await this.#options.launcher.launch());
    try {
      const prepared = await client.prepare(assets, this.#options.memoryMiB, order);
      const checks = [...prepared.checks, ...(await client.openInterpreter())];
      const sidecarMiB = this.#options.memoryOf(client.pid);
      const kernel = await kernelView(client.pid);
      const probes: ProbeResult[] = [];
      let connections = 0;
      let touched = false;
      for (const where of ProbePlace.options) {
        const scene = await ProbeScene.set(order.binding);
        try {
          probes.push(...(await client.probe(where, scene.targets)));
          touched ||= await scene.isTouched();
          connections += scene.connections;
        } finally {
          await scene.clear();
        }
      }
      const claims = prepared.layers;
      return {
        findings: {
          claims,
          checks,
          probes,
          connections,
          touched,
          kernel,
          dataLimitMiB: order.dataLimitMiB,
          pid: client.pid,
        },
        sidecarMiB,
      };
    } finally {
      await client.end();
    }
  }
}
