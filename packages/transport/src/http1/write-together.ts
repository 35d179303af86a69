let writes: (() => void)[] = [];
let listeners: (() => void)[] = [];

/**
 * Writes at the end of this turn, behind whatever was answered in it and one write after the other. A reader on the same
 * machine that is woken by the first finds the next, where each would wake it anew if it had fallen asleep between.
 */
export function writeTogether(write: () => void): void {
  if (writes.length === 0) process.nextTick(flush);
  writes.push(write);
}

/** Calls back once what was sent in this turn over HTTP/1.1 is written: at its end, or now if nothing waits for that. */
export function whenWritten(listener: () => void): void {
  if (writes.length === 0) listener();
  else listeners.push(listener);
}

/** What is called may send again. */
function flush(): void {
  const [waiting, told] = [writes, listeners];
  writes = [];
  listeners = [];
  for (const write of waiting) write();
  for (const listener of told) listener();
}
