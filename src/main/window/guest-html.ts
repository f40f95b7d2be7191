/**
 * Elements that reach beyond their document whatever its policy says: a link's hint makes the browser look a name
 * up on the network (`dns-prefetch`), a frame brings a document of its own for another link (`srcdoc`).
 */
const REACHING_TAGS: readonly (readonly [tag: RegExp, harmless: string])[] = [
  // Also without content, and at home in the head.
  [/<link(?=[\s/>])/gi, '<meta'],
  [/<iframe(?=[\s/>])/gi, '<no-iframe'],
];

/**
 * HTML of a guest without the elements that no policy holds back. Wherever one is written, be it in a comment, its
 * name is another one then: how a browser would read the text need not be known.
 */
export const disarmHtml = (html: string): string =>
  REACHING_TAGS.reduce((text, [tag, harmless]) => text.replace(tag, harmless), html);
