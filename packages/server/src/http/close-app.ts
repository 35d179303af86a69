import type { App } from './app.ts';
import type { UnusedConnections } from './unused-connections.ts';

/** Milliseconds that requests have to finish when the server closes. */
const CLOSE_GRACE_MS = 5_000;

/** Milliseconds between two looks for connections that have become idle meanwhile. */
const CLOSE_IDLE_EVERY_MS = 25;

/** Stops accepting, lets requests finish within a grace, and closes. */
export async function closeApp(app: App, unused: UnusedConnections): Promise<void> {
  // A kept connection whose last answer ends after the close began is idle then, and would be waited for.
  const idle = setInterval(() => {
    app.server.closeIdleConnections();
    unused.destroy();
  }, CLOSE_IDLE_EVERY_MS);
  const cut = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(cut);
  }
}
