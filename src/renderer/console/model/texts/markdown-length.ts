/** Longest Markdown that is set, in UTF-16 units; apart from what sets it, which is loaded when there is some. */
export const MAX_MARKDOWN_LENGTH = 32 * 1024;
