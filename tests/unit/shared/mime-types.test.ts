import { describe, expect, it } from 'vitest';
import { isBase64Content, isJsonMime, isTextMime } from '../../../src/shared/contract/mime-types.ts';

describe('the type of an output', () => {
  it.each([
    'application/json',
    'application/vnd.plotly.v1+json',
    'application/vnd.vegalite.v6.json',
    'application/geo+json',
  ])('says that it is JSON: %s', (mime) => {
    expect([isJsonMime(mime), isTextMime(mime), isBase64Content(mime, 'true')]).toEqual([true, true, false]);
  });

  it.each(['text/html', 'text/latex', 'image/svg+xml', 'application/javascript'])(
    'says that it is text: %s',
    (mime) => {
      expect([isJsonMime(mime), isTextMime(mime), isBase64Content(mime, 'text')]).toEqual([
        false,
        true,
        false,
      ]);
    },
  );

  it.each(['image/png', 'audio/wav', 'video/mp4', 'application/pdf', 'application/octet-stream'])(
    'says that it is bytes, where it is base64: %s',
    (mime) => {
      expect(isTextMime(mime)).toBe(false);
      expect(
        ['AAAA', 'AAA=', 'AA==', 'AAA', 'no bytes', '<x/>', ''].map((content) =>
          isBase64Content(mime, content),
        ),
      ).toEqual([true, true, true, false, false, false, false]);
    },
  );
});
