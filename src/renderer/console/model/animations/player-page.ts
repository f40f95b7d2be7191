/** Pages that play an animation, as Matplotlib's `to_jshtml()` writes them, in whatever program that was. */
import { ANIMATION_LIMITS, ShownAnimation } from '../../../../shared/contract/animation.ts';

/** Longest page without its frames, in UTF-16 units. */
const MAX_REST = 64 * 1024;

const BEGIN = /^\s{0,100}<link\s/u;
const END = /<\/script>\s{0,100}$/u;
const SCRIPT =
  /new Animation\(frames, img_id, slider_id, (\d{1,9}(?:\.\d{1,9})?),\s{0,100}loop_select_id\)/gu;
/** What comes before a frame: a pattern of all its base64 would take a step of the stack for each character. */
const FRAME = /^ {0,8}frames\[\d{1,5}\] = "data:image\/(?:png|jpeg);base64,/gmu;
const ONCE = /^value="once"[^>]{0,200}checked/u;

/** The animation of a page that is nothing else; null for all others. */
export const readPlayerPage = (page: string): ShownAnimation | null => {
  if (page.length > ANIMATION_LIMITS.length + MAX_REST) return null;
  if (!BEGIN.test(page) || !END.test(page.slice(-200))) return null;
  const taken = takeFrames(page);
  if (taken === null || !isPlayerAlone(taken.rest)) return null;
  const { frames, rest } = taken;
  const [script, another] = rest.matchAll(SCRIPT);
  if (script === undefined || another !== undefined) return null;
  const once = rest.slice(Math.max(0, rest.indexOf('value="once"'))).slice(0, 300);
  const { max, min } = ANIMATION_LIMITS.intervalMs;
  const parsed = ShownAnimation.safeParse({
    version: 1,
    intervalMs: Math.min(Math.max(Number(script[1]), min), max),
    loop: !ONCE.test(once),
    every: 1,
    total: frames.length,
    frames,
  });
  return parsed.data ?? null;
};

interface Taken {
  readonly frames: readonly string[];
  /** The page without them. */
  readonly rest: string;
}

/** Null when there are more than are played, one without an end, one outside of the last script, or too much beside. */
const takeFrames = (page: string): Taken | null => {
  const frames: string[] = [];
  const lastScript = page.lastIndexOf('<script');
  let rest = '';
  let at = 0;
  for (const { 0: head, index } of page.matchAll(FRAME)) {
    const begin = index + head.length;
    const end = page.indexOf('"', begin);
    if (end === -1 || index < lastScript || frames.length === ANIMATION_LIMITS.frames) return null;
    frames.push(page.slice(begin, end).replaceAll(/[\\\n]/gu, ''));
    rest += page.slice(at, index);
    at = end + 1;
  }
  return rest.length + page.length - at > MAX_REST ? null : { frames, rest: rest + page.slice(at) };
};

const TAG = /<[^<>]*>/gu;
const KNOWN_TAG = /^<\/?(?:link|div|img|input|button|i|form|label)(?=[\s>])/u;
/** What shows something of its own. */
const SHOWS = /[\s"'](?:src|srcset|style|background)\s*=/iu;
const STYLE_SHOWS = /content|url|image|@/iu;
const KNOWN_INPUT = /\stype="(?:range|radio)"/u;
/** The names of its ways to repeat. */
const KNOWN_TEXT = /^(?:Once|Loop|Reflect)?$/u;

const count = (text: string, part: string): number => text.split(part).length - 1;

/** Whether all that a page would show without its scripts is a player's buttons: what it has beside them is not hidden. */
const isPlayerAlone = (rest: string): boolean => {
  if (count(rest, '<script') !== 2 || count(rest, '</script>') !== 2) return false;
  if (count(rest, '<style>') !== 1 || count(rest, '</style>') !== 1 || count(rest, '<img') !== 1)
    return false;
  // Each of them is there so often that this takes a time that grows with the length alone.
  const style = /<style>([^]*?)<\/style>/u.exec(rest)?.[1];
  if (style === undefined || STYLE_SHOWS.test(style)) return false;
  const body = rest.replaceAll(/<script[^>]*>[^]*?<\/script>|<style>[^]*?<\/style>/gu, '');
  const areTagsKnown = [...body.matchAll(TAG)].every(
    ([tag]) =>
      KNOWN_TAG.test(tag) && !SHOWS.test(tag) && (!tag.startsWith('<input') || KNOWN_INPUT.test(tag)),
  );
  return areTagsKnown && body.split(TAG).every((text) => KNOWN_TEXT.test(text.trim()));
};
