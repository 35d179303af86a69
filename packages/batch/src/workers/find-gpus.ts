import { execFile } from 'node:child_process';

/** The driver answers in a fraction of a second, unless it hangs. */
const ASK_MS = 10_000;

/**
 * The GPUs that a job may use: those of CUDA_VISIBLE_DEVICES where that is set, else those that the driver's `nvidia-smi` names;
 * none where there is no such program.
 */
export async function findGpus(environment: NodeJS.ProcessEnv = process.env): Promise<readonly string[]> {
  const visible = environment['CUDA_VISIBLE_DEVICES'];
  if (visible !== undefined) return listed(visible, ',');
  return await new Promise((resolve) => {
    const query = ['--query-gpu=index', '--format=csv,noheader'];
    execFile('nvidia-smi', query, { timeout: ASK_MS, env: environment }, (error, stdout) =>
      resolve(error === null ? listed(stdout, '\n') : []),
    );
  });
}

function listed(text: string, separator: string): readonly string[] {
  const names = text.split(separator).map((name) => name.trim());
  // Behind -1 none is visible: https://docs.nvidia.com/cuda/cuda-c-programming-guide/#env-vars
  const end = names.indexOf('-1');
  return names.slice(0, end < 0 ? names.length : end).filter((name) => name !== '');
}
