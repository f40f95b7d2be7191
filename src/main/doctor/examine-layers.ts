import type { ExaminedLayer } from '../../shared/contract/doctor.ts';
import type { SelfCheck } from '../../shared/protocol/interpreter.ts';
import {
  CheckedLayerName,
  isolationLayer,
  IsolationLayerName,
  SystemLayerName,
  type IsolationLayer,
} from '../../shared/contract/isolation.ts';
import { LANDLOCK_PROBES, type ProbeResult } from '../../shared/contract/probes.ts';
import type { KernelView, ResourceLimits } from './kernel-view.ts';
import { MIB } from '../../shared/units.ts';

/** Observations of one probe sidecar. */
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
  /** The cap of its writable memory that was ordered, in MiB; null for none. */
  readonly dataLimitMiB: number | null;
  readonly pid: number;
}

/** As docs/security.md promises it. Of the process's own word for it nothing is taken. */
const MAX_OPEN_FILES = 512;

/** What is told of a layer all of whose self-checks hold. */
const CHECKED: Readonly<Record<CheckedLayerName, string>> = {
  'minimal-environment': 'the environment variables of the app are not handed on',
  'no-code-from-strings': 'refused in the process, the worker and the realm',
  'frozen-worker': 'intrinsics frozen, ways out of the thread removed',
  'bare-realm': 'no Node globals, its own intrinsics, no stack traces',
  'no-javascript': 'Python finds none, and an interpreter that calls it all the same is ended',
};

const MAX_NAMED = 5;

const listed = (names: readonly string[]): string =>
  names.slice(0, MAX_NAMED).join(', ') +
  (names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '');

const fromChecks = (checks: readonly SelfCheck[]): IsolationLayer[] =>
  CheckedLayerName.options.map((layer) => {
    const own = checks.filter((check) => check.layer === layer);
    if (own.length === 0) return isolationLayer(layer, 'not-verified', 'no self-check speaks of it');
    const failed = own.filter(({ holds }) => !holds).map(({ name }) => name);
    return failed.length === 0
      ? isolationLayer(layer, 'active', CHECKED[layer])
      : isolationLayer(layer, 'absent', `does not hold: ${listed(failed)}`);
  });

/** What was seen of a layer that the process claims. */
type Evidence =
  { readonly status: 'active' } | { readonly status: 'absent' | 'not-verified'; readonly detail: string };

const CONFIRMED: Evidence = { status: 'active' };
const against = (detail: string): Evidence => ({ status: 'absent', detail });
const unknown = (detail: string): Evidence => ({ status: 'not-verified', detail });

const UNSPOKEN = 'the process does not speak of it';
const UNSEEN = 'the process says so, but what the kernel shows of it could not be read';

/** A layer that the process claims is reported only as far as probes or the kernel confirm it. */
const judged = (name: SystemLayerName, findings: Findings): IsolationLayer => {
  const claims = findings.claims.filter((claim) => claim.name === name);
  const claim = claims.find(({ status }) => status !== 'active') ?? claims[0];
  if (claim === undefined) return isolationLayer(name, 'not-verified', UNSPOKEN);
  if (claim.status !== 'active') return claim;
  const evidence = evidenceOf(name, claim.detail, findings);
  return evidence.status === 'active' ? claim : isolationLayer(name, evidence.status, evidence.detail);
};

const evidenceOf = (name: SystemLayerName, detail: string, findings: Findings): Evidence => {
  const { kernel } = findings;
  switch (name) {
    case 'no-new-privileges':
      if (kernel === null) return unknown(UNSEEN);
      return kernel.noNewPrivileges ? CONFIRMED : against('the kernel does not show it for all threads');
    case 'resource-limits':
      return limitsEvidence(kernel?.limits ?? null, findings.dataLimitMiB);
    case 'landlock':
      return landlockEvidence(detail, findings);
    case 'seccomp':
      if (kernel?.filtered === false) return against('the kernel does not show a filter for all threads');
      return attempted(findings, (probe) => probe.group !== 'browser-network');
    case 'browser-network':
      return attempted(findings, (probe) => probe.group === 'browser-network');
  }
};

const limitsEvidence = (limits: ResourceLimits | null, dataLimitMiB: number | null): Evidence => {
  if (limits === null) return unknown(UNSEEN);
  const looser = [
    ...(limits.coreBytes > 0 ? ['core dumps'] : []),
    ...(limits.openFiles > MAX_OPEN_FILES ? ['open files'] : []),
    ...(dataLimitMiB !== null && limits.dataBytes > dataLimitMiB * MIB ? ['memory'] : []),
  ];
  return looser.length === 0
    ? CONFIRMED
    : against(`the kernel shows other limits than were ordered: ${looser.join(', ')}`);
};

/** Probes that Landlock refuses. They count on the control thread only: threads started before it are not under it. */
const UNDER_LANDLOCK: ReadonlySet<string> = new Set(Object.values(LANDLOCK_PROBES));

/** The kernel does not show what Landlock restricts, and the filter refuses all calls that could show it. */
const landlockEvidence = (detail: string, { probes }: Findings): Evidence => {
  const through = probes.filter(
    ({ name, where, refused }) => where === 'main' && !refused && UNDER_LANDLOCK.has(name),
  );
  return through.length > 0
    ? against(`got through: ${listed(through.map(({ name }) => name))}`)
    : unknown(
        `${detail}; tried only by the process itself, when it was applied: where the system call filter holds, ` +
          'it refuses all later attempts first',
      );
};

const attempted = (findings: Findings, belongs: (probe: ProbeResult) => boolean): Evidence => {
  const own = findings.probes.filter(belongs);
  const names = own.filter(({ refused }) => !refused).map(({ name, where }) => `${name} (${where})`);
  if (names.length > 0) return against(`got through: ${listed(names)}`);
  if (findings.connections > 0) return against(`${findings.connections} connections came through`);
  if (findings.touched) return against('something changed in the probes’ folder');
  return own.length > 0 ? CONFIRMED : unknown('the process says so, but nothing was tried against it');
};

const isExpected = (
  { name, status }: IsolationLayer,
  { claims, kernel }: Findings,
  platform: string,
): boolean => {
  // A lock-down speaks of every layer on every system, if only to say that it is not there.
  if (isOfSystem(name) && !claims.some((claim) => claim.name === name)) return true;
  switch (name) {
    case 'separate-process':
    case 'minimal-environment':
    case 'no-code-from-strings':
    case 'frozen-worker':
    case 'bare-realm':
    case 'no-javascript':
      return true;
    case 'no-new-privileges':
    case 'resource-limits':
    case 'seccomp':
    case 'browser-network':
      return platform === 'linux';
    case 'landlock':
      // Not to be verified by design, and no other layer rests on it: only that it is missing says something.
      return status === 'absent' && platform === 'linux' && kernel?.offersLandlock === true;
  }
};

const isOfSystem = (name: IsolationLayerName): name is SystemLayerName =>
  SystemLayerName.safeParse(name).success;

/** All layers, as they were seen to hold or not, whatever the process speaks of. @param mainPid of the process that asks */
export const examineLayers = (findings: Findings, platform: string, mainPid: number): ExaminedLayer[] => {
  const apart = findings.pid !== mainPid;
  return [
    isolationLayer(
      'separate-process',
      apart ? 'active' : 'absent',
      'Python runs in an operating system process of its own',
    ),
    ...fromChecks(findings.checks),
    ...SystemLayerName.options.map((name) => judged(name, findings)),
  ].map((layer) => ({ ...layer, expected: isExpected(layer, findings, platform) }));
};

/** Whether every layer that is expected was seen to hold. What could not be verified was not; nor what is not listed. */
export const allHold = (layers: readonly ExaminedLayer[]): boolean =>
  IsolationLayerName.options.every((name) => layers.some((layer) => layer.name === name)) &&
  layers.every(({ status, expected }) => !expected || status === 'active');
