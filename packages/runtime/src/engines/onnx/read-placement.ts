import type { ModelProvider } from '@slipway/contract';
import type { Placement } from '../engine.ts';

/** One line of a profile, as far as it is read. */
interface ProfileEvent {
  readonly cat?: unknown;
  readonly name?: unknown;
  readonly args?: { readonly provider?: unknown; readonly op_name?: unknown } | undefined;
}

/** Of a node's own time; what else is told of a node has another ending. */
const KERNEL_TIME = '_kernel_time';

/** Nodes of the CPU that a note names; more would fill the log of a large model. */
const NAMED_NODES = 5;

/** What ONNX Runtime puts between providers of itself. */
const COPIES = /^Memcpy(?:To|From)Host$/;

const CPU = 'cpu';

/**
 * Which of the providers that were asked for ran the nodes of a model, by the profile of a run
 * (https://onnxruntime.ai/docs/performance/tune-performance/profiling-tools.html): a JSON list with an event for each
 * node. A node that runs often, in a loop, counts once.
 */
export function readPlacement(profile: string, asked: readonly string[]): Placement {
  const events = JSON.parse(profile) as readonly ProfileEvent[];
  const nodes = new Map<string, Map<string, string>>();
  for (const { cat, name, args } of events) {
    if (cat !== 'Node' || typeof name !== 'string' || !name.endsWith(KERNEL_TIME)) continue;
    if (COPIES.test(String(args?.op_name))) continue;
    const provider = providerOf(String(args?.provider));
    const of = nodes.get(provider) ?? new Map<string, string>();
    nodes.set(provider, of.set(name.slice(0, -KERNEL_TIME.length), String(args?.op_name)));
  }
  const names = [...new Set([...asked.filter((name) => name !== CPU), ...nodes.keys()])];
  const ordered = [...names.filter((name) => name !== CPU), ...names.filter((name) => name === CPU)];
  const providers = ordered
    .map((name) => ({ name, nodes: nodes.get(name)?.size ?? 0 }))
    .filter((provider) => provider.nodes > 0);
  return { providers, notes: notesOf(providers, nodes.get(CPU)) };
}

/** `CUDAExecutionProvider` is asked for as `cuda`. */
function providerOf(name: string): string {
  return name.replace(/ExecutionProvider$/, '').toLowerCase();
}

function notesOf(
  providers: readonly ModelProvider[],
  onCpu: ReadonlyMap<string, string> | undefined,
): string[] {
  if (onCpu === undefined) return [];
  const all = providers.reduce((sum, { nodes }) => sum + (nodes ?? 0), 0);
  const some = [...onCpu].slice(0, NAMED_NODES).map(([name, operator]) => `${name} (${operator})`);
  const more = onCpu.size > NAMED_NODES ? ' and others' : '';
  return [
    `${onCpu.size} of ${all} nodes of the model run on the CPU: ${some.join(', ')}${more}. With cpuFallback false such a model is refused.`,
  ];
}
