// Runs a script of this repository on the project's own Node, after installing and building what is missing.
// Plain JavaScript, because it must start on any Node from 20 before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const stamp = join(root, 'node_modules', '.slipway-installed');

// A terminal sends Ctrl-C to the script too; it decides what that means, and this process waits for its end.
process.on('SIGINT', () => {});

const [script, ...args] = process.argv.slice(2);
installIfStale();
run(join(bin, 'tsc'), ['-b'], 'build');
if (script !== undefined) {
  run(join(bin, 'node'), ['--enable-source-maps', join(root, script), ...args], script, {
    // Tests and benchmarks load ONNX Runtime by themselves; its library would send usage data to its maker.
    ORT_DISABLE_TELEMETRY: '1',
  });
}

function installIfStale() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const found = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (found === wanted) return;
  process.stderr.write('Installing dependencies (once) …\n');
  // Not "npm ci": a lock file holds the optional packages of the systems that its registry had, and "npm ci" refuses to
  // install where one is missing. What is in the lock is installed as it stands there, and the lock is not written.
  run('npm', ['install', '--no-save', '--loglevel=error'], 'npm install', {
    // The GPU libraries that onnxruntime-node's install script would fetch are a separate, explicit step.
    ONNXRUNTIME_NODE_INSTALL: 'skip',
  });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

function run(command, commandArgs, what, env = {}) {
  const result = spawnSync(command, commandArgs, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, ...env, PATH: `${bin}:${process.env.PATH}` },
  });
  if (result.error) {
    process.stderr.write(`Could not start ${what}: ${result.error.message}\n`);
    process.exit(1);
  }
  if (result.status !== 0) process.exit(result.status ?? 1);
}
