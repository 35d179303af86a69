import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { type Finding, finding } from './check.ts';

/** The library loads in well under a second. */
const LOAD_TIMEOUT_MS = 20_000;

/** ONNX Runtime's library loads here; in a process of its own, because a broken library ends its process. */
export async function checkEngine(): Promise<Finding> {
  try {
    const runtime = createRequire(import.meta.resolve('@slipway/server/main')).resolve(
      '@slipway/runtime/main',
    );
    const library = createRequire(runtime).resolve('onnxruntime-node');
    const script = `process.stdout.write(require(${JSON.stringify(library)}).env.versions.common)`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
      timeout: LOAD_TIMEOUT_MS,
      // The library would send usage data to its maker.
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
    });
    return finding('engine', 'ok', `ONNX Runtime ${stdout} loads.`);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown);
    return finding(
      'engine',
      'failed',
      `ONNX Runtime does not load (${reason}): install again with "npm ci".`,
    );
  }
}
