import type { ServerHttp2Session } from 'node:http2';

/**
 * Asks the other side every `intervalMs` whether it is still there (PING), and gives the connection up if it has not
 * answered before it is asked again: without that, the calls of a machine that lost its network would stay for ever.
 */
export function keepAlive(session: ServerHttp2Session, intervalMs: number): void {
  let isAnswered = true;
  const timer = setInterval(() => {
    // Between its destruction and 'close' a session throws whatever it is asked.
    if (session.destroyed) return;
    if (!isAnswered) return session.destroy();
    // False where too many are unanswered already, or the session is closing.
    isAnswered = !session.ping(() => {
      isAnswered = true;
    });
  }, intervalMs);
  timer.unref();
  session.once('close', () => clearInterval(timer));
}
