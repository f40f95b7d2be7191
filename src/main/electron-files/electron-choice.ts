const CHOICES = ['official', 'closed-network'] as const;
export type ElectronChoice = (typeof CHOICES)[number] | 'either';

export type ReadChoice =
  | { readonly kind: 'chosen'; readonly electron: ElectronChoice }
  | { readonly kind: 'refused'; readonly reason: string };

/** Which Electron the user asked for with VIVARIUM_ELECTRON. */
export function electronChoice(env: NodeJS.ProcessEnv): ReadChoice {
  const asked = env['VIVARIUM_ELECTRON'];
  if (asked === undefined || asked === '') return { kind: 'chosen', electron: 'either' };
  const electron = CHOICES.find((one) => one === asked);
  if (electron !== undefined) return { kind: 'chosen', electron };
  return {
    kind: 'refused',
    reason: `VIVARIUM_ELECTRON is "${asked}", which means nothing here. Set it to ${CHOICES.join(' or ')}, or unset it.`,
  };
}
