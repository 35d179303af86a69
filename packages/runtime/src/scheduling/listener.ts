import type { Bell } from './bell.ts';

/** Milliseconds that are spent looking: what going to sleep and being woken costs in all, so at worst it costs twice that. */
const LOOK_MS = 0.3;

/** So many rings are slept for after looking in vain: runs that take longer lose next to nothing. */
const SLEEPS_AFTER_VAIN_LOOK = 15;

/**
 * Makes a function that calls `heard` at the bell's next ring. While it waits already, calling it again changes nothing.
 *
 * Being woken takes longer than a short run does. So it first looks at the bell in each turn of the event loop, which serves
 * the sockets meanwhile and does not fall asleep, and only then has itself woken (`docs/decisions/0028-looking-before-sleeping.md`).
 * `mayLook` is false where the other thread would have to wait for the processor that looks.
 */
export function createListener(bell: Bell, heard: () => void, mayLook: boolean): () => void {
  let isListening = false;
  let sleepsLeft = 0;

  const look = (until: number) => {
    if (bell.rang()) return tell();
    if (performance.now() < until) return void setImmediate(look, until);
    sleepsLeft = SLEEPS_AFTER_VAIN_LOOK;
    sleep();
  };
  const sleep = () => {
    const next = bell.next();
    if (next === undefined) tell();
    else void next.then(tell);
  };
  const tell = () => {
    isListening = false;
    heard();
  };

  return () => {
    if (isListening) return;
    isListening = true;
    if (mayLook && sleepsLeft === 0) return void setImmediate(look, performance.now() + LOOK_MS);
    sleepsLeft = Math.max(0, sleepsLeft - 1);
    sleep();
  };
}
