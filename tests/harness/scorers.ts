import { Agent, request } from 'node:http';
import { onTestEnd, type TestScope } from '@slipway/testkit';

/** What went wrong with a request: a status and its body, or what the connection said. */
export interface ScoringFailure {
  readonly what: string;
}

/** Clients that score without a pause until they are stopped. */
export interface Scorers {
  readonly succeeded: number;
  readonly failures: readonly ScoringFailure[];
  /** Waits until this many more requests have succeeded. */
  advance(count: number): Promise<void>;
  /** Used from the next request on. */
  useKey(key: string): void;
  /** Stops when each has its last answer. */
  stop(): Promise<void>;
}

export interface ScorersOptions {
  readonly uri: string;
  readonly key: string;
  readonly body: string;
  readonly clients: number;
}

/** No answer takes this long unless something is broken. */
const ANSWER_TIMEOUT_MS = 30_000;

/** Starts the clients, each on a connection of its own with one request after another. */
export function startScorers(scope: TestScope, options: ScorersOptions): Scorers {
  const agent = new Agent({ keepAlive: true, maxSockets: options.clients });
  const failures: ScoringFailure[] = [];
  let key = options.key;
  let succeeded = 0;
  let stopped = false;
  const clients = Array.from({ length: options.clients }, () => scoreAgainAndAgain());

  const stop = async () => {
    stopped = true;
    await Promise.all(clients);
    agent.destroy();
  };
  onTestEnd(scope, stop);

  return {
    get succeeded() {
      return succeeded;
    },
    failures,
    async advance(count) {
      const goal = succeeded + count;
      let [reached, deadline] = [succeeded, performance.now() + ANSWER_TIMEOUT_MS];
      while (succeeded < goal && failures.length === 0) {
        if (succeeded > reached) [reached, deadline] = [succeeded, performance.now() + ANSWER_TIMEOUT_MS];
        if (performance.now() > deadline) throw new Error(`Only ${succeeded} of ${goal} requests came back.`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    useKey(next) {
      key = next;
    },
    stop,
  };

  async function scoreAgainAndAgain(): Promise<void> {
    while (!stopped) {
      const failure = await score(agent, { ...options, key });
      if (failure === undefined) succeeded += 1;
      else failures.push({ what: failure });
    }
  }
}

/** One request; what went wrong with it, or `undefined` for 200. */
export function score(
  agent: Agent,
  { uri, key, body }: Omit<ScorersOptions, 'clients'>,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(uri, { agent, method: 'POST', headers, timeout: ANSWER_TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (error) => resolve(`broken answer: ${error.message}`));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(undefined);
        else resolve(`${response.statusCode} ${Buffer.concat(chunks).toString('utf8').slice(0, 500)}`);
      });
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', (error) => resolve(`no answer: ${error.message}`));
    sent.end(body);
  });
}
