import { Yielder } from '../foreign-text/yielder.ts';

/**
 * Elements that reach beyond their document whatever its policy says: a link's hint makes the browser look a name
 * up on the network (`dns-prefetch`), a frame brings a document of its own for another link (`srcdoc`).
 */
const REACHING_TAGS: readonly (readonly [tag: RegExp, harmless: string])[] = [
  // Also without content, and at home in the head.
  [/<link(?=[\s/>])/gi, '<meta'],
  [/<iframe(?=[\s/>])/gi, '<no-iframe'],
];

/** Length of the longest tag that the patterns look for, in UTF-16 units, with the character after its name. */
const LONGEST_TAG = '<iframe>'.length;
/** Small enough to be read at once, in UTF-16 units. */
const STRETCH = 16 * 1024;

/**
 * HTML of a guest without the elements that no policy holds back. Wherever one is written, be it in a comment, its
 * name is another one then: how a browser would read the text need not be known.
 */
export const sanitizeHtml = async (html: string): Promise<string> => {
  const yielder = new Yielder();
  const parts: string[] = [];
  for (let start = 0, end; start < html.length; start = end) {
    end = Math.min(start + STRETCH, html.length);
    // Before what may be one of these tags, so that none is cut in two.
    const tag = html.slice(end - LONGEST_TAG, end).lastIndexOf('<');
    if (end < html.length && tag !== -1) end += tag - LONGEST_TAG;
    parts.push(renameReachingTags(html.slice(start, end)));
    await yielder.pause();
  }
  return parts.join('');
};

const MEDIA_START = /^<(?<tag>audio|video) controls src="data:\k<tag>\/[a-z0-9.+-]{1,100};base64,/u;

/**
 * Whether it is a player and nothing else, as `Audio` and `Video` of `IPython.display` make it. It plays when it is told
 * to only.
 */
export const isPlayer = (html: string): boolean => {
  const start = MEDIA_START.exec(html.slice(0, 200));
  if (start === null) return false;
  // Up to there all of it is the address, whatever it is.
  const end = html.indexOf('"', start[0].length);
  return end !== -1 && html.slice(end, end + 20) === `"></${start.groups?.['tag']}>`;
};

const renameReachingTags = (html: string): string =>
  REACHING_TAGS.reduce((text, [tag, harmless]) => text.replace(tag, harmless), html);
