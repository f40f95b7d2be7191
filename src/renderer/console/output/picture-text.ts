import type { Translate } from '../../../shared/translate.ts';
import type { Format } from '../../shared/format.ts';
import type { Picture } from '../model/picture.ts';

/** Why an image is not shown. */
export const unshownReason = (
  t: Translate,
  format: Format,
  picture: Extract<Picture, { readonly kind: 'too-large' | 'unreadable' }>,
): string => {
  switch (picture.kind) {
    case 'too-large':
      return t('console.imageTooLarge', {
        width: format.number(picture.width),
        height: format.number(picture.height),
      });
    case 'unreadable':
      return t('console.imageUnreadable');
  }
};
