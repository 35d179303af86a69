import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const SLIPWAY = fileURLToPath(import.meta.resolve('slipway/bin/slipway.js'));

/** A Slipway of the demo's own: its home is a new folder, its ports are free ones. */
export interface Installation {
  readonly home: string;
  readonly url: string;
  readonly gatewayUrl: string;
  /** Stops every process of it and removes the folder. */
  remove(): Promise<void>;
}

/** Starts it as `slipway up --detach` does for a person. What a failed start left is removed. */
export async function startInstallation(): Promise<Installation> {
  const home = await mkdtemp(join(await realpath(tmpdir()), 'slipway-demo-'));
  const remove = async () => {
    await slipway(['down', '--home', home, '--json']);
    await rm(home, { recursive: true, force: true, maxRetries: 10 });
  };
  try {
    const ports = ['--port', '0', '--gateway-port', '0'];
    const started = await slipway(['up', '--detach', '--home', home, ...ports, '--json']);
    const { url, gatewayUrl } = JSON.parse(started);
    return { home, url, gatewayUrl, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Runs a command to its end and answers with its output; throws with what it said if it failed. */
async function slipway(args: readonly string[]): Promise<string> {
  // Of its own group, so that Ctrl-C reaches the demo alone: a start that is cut off could not be undone.
  const child = spawn(process.execPath, [SLIPWAY, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, complaint] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (child.exitCode !== 0) throw new Error(`slipway ${args[0]} failed: ${complaint.trim()}`);
  return output;
}
