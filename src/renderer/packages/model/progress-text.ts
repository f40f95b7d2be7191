import type { TaskProgress } from '../../../shared/ipc/packages.ts';
import type { Translate } from '../../../shared/translate.ts';
import type { Format } from '../../shared/format.ts';

/** How far a task of the package store is, in words. */
export const progressText = (t: Translate, format: Format, progress: TaskProgress | null): string => {
  if (progress === null) return t('common.loading');
  switch (progress.type) {
    case 'fetching':
      return progress.bytesTotal === null
        ? t('packages.fetching', { name: progress.packageName })
        : t('packages.fetchingBytes', {
            name: progress.packageName,
            done: format.bytes(progress.bytesDone),
            total: format.bytes(progress.bytesTotal),
          });
    case 'checking':
      return t('packages.checking', {
        done: format.bytes(progress.bytesDone),
        total: format.bytes(progress.bytesTotal),
      });
    case 'preparing':
      return progress.packageNames.length === 0
        ? t('packages.preparing')
        : t('packages.preparingPackages', { names: progress.packageNames.join(', ') });
  }
};
