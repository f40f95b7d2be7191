import type { SandboxCache } from './sandbox-cache.ts';
import type { Supervisor } from './process/supervisor.ts';
import type { SandboxConfig } from './sandbox-config.ts';
import { SnapshotSelector } from './execution/snapshot-selector.ts';

/** Undefined where there are no packages, or nothing is kept. @param supervisor asked once there is work */
export const composeSnapshotSelector = (
  { clock, packages }: SandboxConfig,
  kept: SandboxCache | undefined,
  supervisor: () => Pick<Supervisor, 'sidecar' | 'reachable' | 'renewStandby'>,
): SnapshotSelector | undefined => {
  if (packages === undefined || kept === undefined) return undefined;
  return new SnapshotSelector({
    provider: packages,
    store: kept.packageSnapshots,
    bytecode: kept.bytecode,
    clock,
    sidecar: () => supervisor().sidecar(),
    reachable: () => supervisor().reachable(),
    onWanted: () => supervisor().renewStandby(),
  });
};
