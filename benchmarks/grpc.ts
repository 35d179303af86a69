// Measures what a call of ModelInfer costs a replica and two other servers: npm run bench:grpc [-- --rounds 5] [--only '3 KB']
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  encodeModel,
  median,
  node,
  startProcess,
  type TestScope,
  temporaryFolder,
  tensorSpec,
  withScope,
} from '@slipway/testkit';
import { cpuMicroseconds } from './cpu-time.ts';
import { inferMethod, METHOD, SERVICE } from './grpc/definition.ts';
import { grpcCallers, type PreparedCall } from './load/grpc-caller.ts';
import type { Address } from './load/http-connection.ts';
import { runLoad } from './load/load.ts';
import { startReplica } from './targets/replica.ts';

/** Calls at once, over one connection. */
const CALLERS = 16;

/** A digit, and an image for a network of today. */
const SIZES = [
  { name: '3 KB', elements: 784, calls: 2_000, warmUpCalls: 6_000 },
  { name: '602 KB', elements: 150_528, calls: 200, warmUpCalls: 600 },
] as const;

const FORMS = ['raw_input_contents', 'fp32_contents'] as const;

/** Servers that decode a request and encode an answer, and do no more. */
const OTHERS = { 'grpc-js': 'grpc/grpc-js-main.ts', Connect: 'grpc/connect-main.ts' } as const;

type Size = (typeof SIZES)[number];
type Form = (typeof FORMS)[number];

interface Server {
  readonly name: 'replica' | keyof typeof OTHERS;
  readonly pid: number;
  readonly address: Address;
  readonly headers: Readonly<Record<string, string>>;
}

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, only: { type: 'string', default: '' } },
});
const rounds = Number(options.rounds);

for (const size of SIZES) {
  for (const form of FORMS) {
    const name = `${size.name} as ${form}`;
    if (!name.includes(options.only)) continue;
    console.log(`\n${name}, ${CALLERS} calls at once: CPU time of a call in µs, medians of ${rounds} rounds`);
    const costs = await withScope((scope) => measure(scope, size, form));
    const [own = Number.NaN] = costs.values();
    for (const [server, cost] of costs) {
      console.log(`  ${server.padEnd(8)} ${cost.toFixed(0).padStart(7)}  ${(cost / own).toFixed(1)}`);
    }
  }
}

/** The median over the rounds for each server, the replica first. One round of each in turn. */
async function measure(scope: TestScope, size: Size, form: Form): Promise<ReadonlyMap<string, number>> {
  const message = requestMessage(size.elements, form);
  const servers = await startServers(scope, size.elements);
  const costs = new Map<string, number[]>(servers.map(({ name }) => [name, []]));
  for (const server of servers) await callMany(server, message, size.warmUpCalls);
  for (let round = 0; round < rounds; round += 1) {
    for (const server of servers) {
      const before = cpuMicroseconds(server.pid);
      await callMany(server, message, size.calls);
      costs.get(server.name)?.push((cpuMicroseconds(server.pid) - before) / size.calls);
    }
  }
  return new Map([...costs].map(([name, of]) => [name, median(of)]));
}

async function startServers(scope: TestScope, elements: number): Promise<readonly Server[]> {
  const replica = await startReplica(scope, await temporaryFolder(scope), {
    model: shapeModel(elements),
    lane: 'inline',
  });
  const { address, key, pid } = replica;
  const own: Server = { name: 'replica', pid, address, headers: { authorization: `Bearer ${key}` } };
  const others = await Promise.all([
    startOther(scope, 'grpc-js', elements),
    startOther(scope, 'Connect', elements),
  ]);
  return [own, ...others];
}

/** The model answers what the other servers answer, and costs as good as nothing: what remains is the server's. */
function shapeModel(elements: number): Uint8Array {
  return encodeModel({
    opset: 17,
    graph: {
      inputs: [tensorSpec('input', 'FP32', [1, elements])],
      outputs: [tensorSpec('output', 'INT64', [2])],
      nodes: [node('Shape', ['input'], ['output'])],
    },
  });
}

async function startOther(scope: TestScope, name: keyof typeof OTHERS, elements: number): Promise<Server> {
  const main = fileURLToPath(new URL(OTHERS[name], import.meta.url));
  const started = await startProcess(scope, process.execPath, [main, String(elements)]);
  const port = Number((await started.waitForOutput(/listening on (\d+)/))[1]);
  return { name, pid: started.pid, address: { host: '127.0.0.1', port }, headers: {} };
}

function requestMessage(elements: number, form: Form): Uint8Array {
  const values = Float32Array.from({ length: elements }, (_, index) => index / elements);
  const input = { name: 'input', datatype: 'FP32', shape: [1, elements] };
  const request =
    form === 'fp32_contents'
      ? { inputs: [{ ...input, contents: { fp32_contents: [...values] } }] }
      : { inputs: [input], raw_input_contents: [Buffer.from(values.buffer)] };
  return inferMethod().requestSerialize({ model_name: 'bench', ...request });
}

async function callMany({ address, headers }: Server, message: Uint8Array, calls: number): Promise<void> {
  const call: PreparedCall = { path: `/${SERVICE}/${METHOD}`, message, headers };
  const { errors, firstError } = await runLoad(grpcCallers(address, call), {
    callers: CALLERS,
    requests: calls,
  });
  if (errors > 0) throw new Error(`${errors} of ${calls} calls failed: ${firstError}`);
}
