import { SetupError } from '../shared/setup-error.ts';

const CHOICES = ['official', 'closed-network'] as const;
export type ElectronChoice = (typeof CHOICES)[number] | 'either';

/** Which Electron the user asked for with VIVARIUM_ELECTRON. */
export function electronChoice(env: NodeJS.ProcessEnv): ElectronChoice {
  const asked = env['VIVARIUM_ELECTRON'];
  if (asked === undefined || asked === '') return 'either';
  const choice = CHOICES.find((one) => one === asked);
  if (choice === undefined) {
    throw new SetupError(
      `VIVARIUM_ELECTRON is "${asked}", which means nothing here. Set it to ${CHOICES.join(' or ')}, or unset it.`,
    );
  }
  return choice;
}
