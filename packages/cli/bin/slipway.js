#!/usr/bin/env node
// Starts the command, whatever Node found this file: Slipway needs Node 24, and brings it as the package `node`.
// Plain JavaScript that every Node from 20 reads.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const main = new URL('../dist/main.js', import.meta.url);

if (!existsSync(main)) {
  fail('Slipway is not built yet: run "npm run build" in its folder.');
} else if (Number.parseInt(process.versions.node, 10) >= NEEDED) {
  // Start-up is most of what a short command takes; compiled code is kept between runs.
  module.enableCompileCache?.();
  await import(main.href);
} else {
  startAgain(bundledNode());
}

function bundledNode() {
  try {
    const binary = join(
      dirname(createRequire(import.meta.url).resolve('node/package.json')),
      'bin',
      process.platform === 'win32' ? 'node.exe' : 'node',
    );
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

function startAgain(node) {
  if (node === undefined) {
    fail(
      `Slipway needs Node ${NEEDED} or newer and this is ${process.version}: install it from https://nodejs.org.`,
    );
    return;
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both; the child decides what it means, and this process waits for it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => fail(`Slipway could not start ${node}: ${error.message}.`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code;
    else process.kill(process.pid, signal);
  });
}

function fail(sentence) {
  process.stderr.write(`Error: ${sentence}\n`);
  process.exitCode = 1;
}
