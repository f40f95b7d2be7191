import { installableWithoutUse } from '../../shared/absent.ts';
import type { Translate } from '../../shared/translate.ts';
import type { AdviceFormatter, PackageRefusal } from '../run/package-advice.ts';

/** For someone at the window, in the language that is set. */
export const windowAdvice =
  (t: Translate): AdviceFormatter =>
  (advice) => {
    const name = (packageName: string): string => t('console.advice.namePackage', { package: packageName });
    switch (advice.kind) {
      case 'no-package': {
        const { module, near } = advice;
        const text = t('console.advice.noPackage', { module, name: name('NAME') });
        return near === null ? text : `${t('console.advice.near', { near })} ${text}`;
      }
      case 'absent': {
        const { feature, module } = advice.absence;
        const packageName = installableWithoutUse(module);
        const text = t(`console.absent.${feature}`, { module });
        return packageName === null
          ? text
          : `${text} ${t('console.advice.withoutUse', { package: packageName })} ${name(packageName)}`;
      }
      case 'other-module':
        return t('console.advice.otherModule', { module: advice.module, imports: advice.imports });
      case 'not-built':
        return t('console.advice.notBuilt', { module: advice.module });
      case 'not-named':
        return `${t('console.advice.notNamed', { package: advice.packageName })} ${name(advice.packageName)}`;
      case 'not-in-package':
        return `${t('console.advice.notInPackage', { package: advice.packageName, module: advice.module })} ${name('NAME')}`;
      case 'time-zones':
        return `${t('console.advice.timeZones')} ${name('tzdata')}`;
      case 'unmet':
        return t('console.advice.unmet', {
          package: advice.packageName,
          detail: refusalWords(t, advice.refusal),
        });
      case 'refused':
        return refusalWords(t, advice);
    }
  };

const refusalWords = (t: Translate, { code, message, packageName }: PackageRefusal): string => {
  if (packageName === null) return message;
  switch (code) {
    case 'auto-install-off':
      return t('console.advice.autoInstallOff', { package: packageName });
    case 'not-allowed':
      return t('console.advice.notAllowed', { package: packageName });
    default:
      return t('console.advice.refused', { package: packageName, detail: message });
  }
};
