import type { PackageSourceInfo } from '../../../shared/packages/package-source.ts';
import type { IndexInUse } from '../../../shared/packages/package-index.ts';
import type { Translate } from '../../../shared/translate.ts';

/** Where packages come from, in few words; '' for a place that can't be asked. */
export const sourceText = (t: Translate, source: PackageSourceInfo): string => {
  switch (source.kind) {
    case 'mirror':
      return t('packages.sourceMirror', { mirror: source.place });
    case 'official':
      return t('packages.sourceOfficial');
    case 'index': {
      const { inUse } = source;
      if (inUse.kind !== 'index') return '';
      return inUse.address === null
        ? t('packages.sourceIndex')
        : t('packages.sourceIndexAt', { address: inUse.address });
    }
  }
};

/** Which package index is asked, and why that one. */
export const indexText = (t: Translate, inUse: IndexInUse): string => {
  switch (inUse.kind) {
    case 'switched-off':
      return t('settings.packages.indexSwitchedOff', { place: inUse.place });
    case 'unusable':
      return t('settings.packages.indexUnusable', { place: inUse.place });
    case 'index': {
      const { address, origin, place } = inUse;
      if (address === null) return t('settings.packages.indexOfMicropip');
      switch (origin) {
        case 'pip':
          return t('settings.packages.indexOfPip', { address, place: place ?? '' });
        case 'micropip':
          return t('settings.packages.indexOfMicropipAt', { address });
        case 'option':
        case 'settings':
          return '';
      }
    }
  }
};
