/** An animation as a page for browsers: what it is saved as. Nothing in it is a guest's but the pictures. */
import type { ShownAnimation } from '../../../../shared/contract/animation.ts';

/** It may load nothing. */
const POLICY = "default-src 'none'; img-src data:; script-src 'unsafe-inline'; style-src 'unsafe-inline'";

/** Base64 of every JPEG begins so. */
const JPEG = '/9j/';

/** @param animation its frames have to be base64: they are written into a script */
export const animationPage = ({ frames, intervalMs, loop }: ShownAnimation): string => {
  const addresses = frames.map(
    (frame) => `data:image/${frame.startsWith(JPEG) ? 'jpeg' : 'png'};base64,${frame}`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>Animation</title>
<style>
body { display: grid; justify-items: center; gap: 8px; font: 16px sans-serif; }
img { max-width: 100%; }
</style>
<img id="picture" alt="Animation">
<div>
<button id="play">Play or pause</button>
<input id="place" type="range" min="0" max="${frames.length - 1}" value="0" aria-label="Frame">
</div>
<script>
const frames = ${JSON.stringify(addresses)};
const [picture, play, place] = ['picture', 'play', 'place'].map((id) => document.getElementById(id));
let plays = true;
const show = (at) => {
  place.value = at;
  picture.src = frames[at];
};
setInterval(() => {
  const next = Number(place.value) + 1;
  if (!plays) return;
  if (next < frames.length) show(next);
  else if (${loop}) show(0);
  else plays = false;
}, ${intervalMs});
play.addEventListener('click', () => {
  plays = !plays;
  if (plays && Number(place.value) === frames.length - 1) show(0);
});
place.addEventListener('input', () => {
  plays = false;
  show(Number(place.value));
});
show(0);
</script>
`;
};
