import type { RunPhase } from '../../../shared/contract/run-phase.ts';

const seconds = (ms: number): string => `${Math.max(1, Math.round(ms / 1000))} s`;

/** What a run is at, for a terminal; '' for nothing that needs saying. */
export const phaseText = (phase: RunPhase): string => {
  switch (phase.name) {
    case 'installing':
      return `installing ${phase.packageNames.join(', ')} …`;
    case 'importing':
      return phase.expectedMs === null
        ? `importing ${phase.packageName}; the first time takes a while …`
        : `importing ${phase.packageName}; it took ${seconds(phase.expectedMs)} the last time …`;
    case 'running':
      return '';
  }
};
