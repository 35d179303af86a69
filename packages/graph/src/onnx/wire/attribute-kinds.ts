import type { AttributeKind } from '../model.ts';

/** Numbers of AttributeProto.AttributeType, and the field that holds a value of the kind. */
export const ATTRIBUTE_KINDS = [
  { kind: 'float', type: 1, field: 'f' },
  { kind: 'int', type: 2, field: 'i' },
  { kind: 'string', type: 3, field: 's' },
  { kind: 'tensor', type: 4, field: 't' },
  { kind: 'graph', type: 5, field: 'g' },
  { kind: 'sparse_tensor', type: 11, field: 'sparseTensor' },
  { kind: 'type', type: 13, field: 'tp' },
  { kind: 'floats', type: 6, field: 'floats' },
  { kind: 'ints', type: 7, field: 'ints' },
  { kind: 'strings', type: 8, field: 'strings' },
  { kind: 'tensors', type: 9, field: 'tensors' },
  { kind: 'graphs', type: 10, field: 'graphs' },
  { kind: 'sparse_tensors', type: 12, field: 'sparseTensors' },
  { kind: 'types', type: 14, field: 'typeProtos' },
] as const satisfies readonly { kind: AttributeKind; type: number; field: string }[];
