import type { ExaminedLayer } from '../../shared/doctor.ts';
import type { SelfCheck } from '../../shared/interpreter.ts';
import { isolationLayer, type IsolationLayer, type IsolationLayerName } from '../../shared/isolation.ts';
import type { ProbeResult } from '../../shared/probe-protocol.ts';

/** What was seen of one probe sidecar. */
export interface Findings {
  /** What it says of itself. */
  readonly claims: readonly IsolationLayer[];
  readonly checks: readonly SelfCheck[];
  readonly probes: readonly ProbeResult[];
  readonly connections: number;
  /** True when something in a folder of the scene is not as it was. */
  readonly touched: boolean;
  /** What the kernel says of its threads and limits, seen from here; null where it can't be asked. */
  readonly kernel: KernelView | null;
  readonly pid: number;
}

export interface KernelView {
  /** Of all threads. */
  readonly noNewPrivileges: boolean;
  readonly filtered: boolean;
  readonly noCoreDumps: boolean;
  /** True when the kernel offers Landlock; null when it does not tell. */
  readonly offersLandlock: boolean | null;
}

/** Self-checks that stand for a layer, by how their names begin. */
const CHECKED: readonly {
  readonly layer: IsolationLayerName;
  readonly names: RegExp;
  readonly detail: string;
}[] = [
  {
    layer: 'minimal-environment',
    names: /^process: environment/u,
    detail: 'the environment variables of the app are not handed on',
  },
  {
    layer: 'no-code-from-strings',
    names: /no code from strings$/u,
    detail: 'refused in the process, the worker and the realm',
  },
  {
    layer: 'frozen-worker',
    names: /^worker: (?!no code)/u,
    detail: 'intrinsics frozen, ways out of the thread removed',
  },
  {
    layer: 'bare-realm',
    names: /^(?:realm: (?!no code)|guest bundle)/u,
    detail: 'no Node globals, its own intrinsics, no stack traces',
  },
];

const MOST_NAMED = 5;

const listed = (names: readonly string[]): string =>
  names.slice(0, MOST_NAMED).join(', ') +
  (names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '');

const fromChecks = (checks: readonly SelfCheck[]): IsolationLayer[] =>
  CHECKED.map(({ layer, names, detail }) => {
    const own = checks.filter(({ name }) => names.test(name));
    if (own.length === 0) return isolationLayer(layer, 'not-verified', 'no self-check speaks of it');
    const failed = own.filter(({ holds }) => !holds).map(({ name }) => name);
    return failed.length === 0
      ? isolationLayer(layer, 'active', detail)
      : isolationLayer(layer, 'absent', `does not hold: ${listed(failed)}`);
  });

/** A layer that the process claims, unless something that was seen speaks against it. */
const judged = (claim: IsolationLayer, findings: Findings): IsolationLayer => {
  if (claim.status !== 'active') return claim;
  const against = evidenceAgainst(claim.name, findings);
  return against === null ? claim : isolationLayer(claim.name, 'absent', against);
};

const evidenceAgainst = (name: IsolationLayerName, findings: Findings): string | null => {
  const { kernel } = findings;
  switch (name) {
    case 'no-new-privileges':
      return kernel?.noNewPrivileges === false ? 'the kernel does not show it for all threads' : null;
    case 'resource-limits':
      return kernel?.noCoreDumps === false ? 'the kernel shows other limits' : null;
    case 'seccomp':
      if (kernel?.filtered === false) return 'the kernel does not show a filter for all threads';
      return opened(findings, (probe) => probe.group !== 'browser-network');
    case 'browser-network':
      return opened(findings, (probe) => probe.group === 'browser-network');
    case 'landlock':
    case 'separate-process':
    case 'minimal-environment':
    case 'no-code-from-strings':
    case 'frozen-worker':
    case 'bare-realm':
      return null;
  }
};

const opened = (findings: Findings, belongs: (probe: ProbeResult) => boolean): string | null => {
  const names = findings.probes
    .filter((probe) => !probe.refused && belongs(probe))
    .map(({ name, where }) => `${name} (${where})`);
  if (names.length > 0) return `got through: ${listed(names)}`;
  if (findings.connections > 0) return `${findings.connections} connections came through`;
  return findings.touched ? 'something changed in the probes’ folder' : null;
};

const isExpected = (
  { name, status }: IsolationLayer,
  platform: string,
  kernel: KernelView | null,
): boolean => {
  switch (name) {
    case 'separate-process':
    case 'minimal-environment':
    case 'no-code-from-strings':
    case 'frozen-worker':
    case 'bare-realm':
      return true;
    case 'no-new-privileges':
    case 'resource-limits':
    case 'seccomp':
    case 'browser-network':
      return platform === 'linux';
    case 'landlock':
      // A kernel that has it does not always tell.
      return status === 'active' || (platform === 'linux' && kernel?.offersLandlock === true);
  }
};

/** All layers, as they were seen to hold or not. @param mainPid of the process that asks */
export const examineLayers = (findings: Findings, platform: string, mainPid: number): ExaminedLayer[] => {
  const apart = findings.pid !== mainPid;
  return [
    isolationLayer(
      'separate-process',
      apart ? 'active' : 'absent',
      'Python runs in an operating system process of its own',
    ),
    ...fromChecks(findings.checks),
    ...findings.claims.map((claim) => judged(claim, findings)),
  ].map((layer) => ({ ...layer, expected: isExpected(layer, platform, findings.kernel) }));
};

/** Whether every layer that is expected holds. */
export const allHold = (layers: readonly ExaminedLayer[]): boolean =>
  layers.length > 0 && layers.every(({ status, expected }) => !expected || status === 'active');
