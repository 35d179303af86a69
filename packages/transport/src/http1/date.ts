let text = '';
let textUntil = 0;

/** The value of a `Date` header (RFC 9110, 6.6.1), made once a second. */
export function currentDate(): string {
  const now = Date.now();
  if (now >= textUntil) {
    text = new Date(now).toUTCString();
    textUntil = now - (now % 1000) + 1000;
  }
  return text;
}
