import { allNames } from '../../onnx/edit/names.ts';
import type { Graph } from '../../onnx/model.ts';

/** A name that no value of the graph has, and that it gives only once: the wanted one, or that with a number behind. */
export type GiveName = (wanted: string) => string;

export function namesFor(graph: Graph): GiveName {
  const taken = new Set(allNames(graph));
  return (wanted) => {
    let name = wanted;
    for (let number = 1; taken.has(name); number += 1) name = `${wanted}_${number}`;
    taken.add(name);
    return name;
  };
}
