import { engineFolder } from '@slipway/contract';
import { checkEngine, checkFailure, type EngineCheck } from '../engine/check-engine.ts';
import { installedEngines } from '../engine/installed-engines.ts';
import { type Finding, finding } from './check.ts';

/** ONNX Runtime's library loads here, and what its execution providers say. */
export async function checkEngines(home: string): Promise<readonly Finding[]> {
  let engine: EngineCheck;
  try {
    engine = await checkEngine();
  } catch (thrown) {
    const message = `ONNX Runtime does not load (${checkFailure(thrown)}): install again with "npm ci".`;
    return [finding('engine', 'failed', message)];
  }
  const others = engine.known.filter((provider) => provider !== 'cpu');
  const installed = new Set(
    (await installedEngines(home)).filter(({ current }) => current).flatMap(({ providers }) => providers),
  );
  const findings = await Promise.all(
    others.map((provider) => checkProvider(home, provider, installed.has(provider))),
  );
  return [
    finding('engine', 'ok', `ONNX Runtime ${engine.version} loads, and runs models on the CPU.`),
    ...findings,
  ];
}

/** A machine without a GPU is in order; one with libraries that were installed for a GPU and do not load is not. */
async function checkProvider(home: string, provider: string, installed: boolean): Promise<Finding> {
  const check = `provider ${provider}`;
  const problem = await problemOf(home, provider);
  if (problem === null)
    return finding(check, 'ok', `It can be used: deploy with "--accelerator ${provider}".`);
  // TensorRT's provider comes with that of CUDA, whether TensorRT itself is there or not.
  return finding(check, installed && provider !== 'tensorrt' ? 'warning' : 'ok', `Not here. ${problem}`);
}

async function problemOf(home: string, provider: string): Promise<string | null> {
  try {
    return (await checkEngine(provider, engineFolder(home, [provider]))).problem;
  } catch (thrown) {
    return checkFailure(thrown);
  }
}
