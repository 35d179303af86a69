import { NotConverted } from '../../import/refuse.ts';
import { flag, type Tensor, type } from '../graph/builder.ts';
import { emit, indices, type LayerCall, type LayerKinds, only, same, scalar, slot } from './layer-kind.ts';
import { EXPORT } from './settings.ts';

function cast(call: LayerCall, x: Tensor, dtype: string): Tensor {
  if (x.dtype === dtype) return x;
  return emit(call, 'Cast', [x], { dtype, shape: x.shape }, { SrcT: type(x.dtype), DstT: type(dtype) });
}

/** A row of the table for each number; 0 may stand for what is not there. */
function embedding(call: LayerCall): Tensor {
  const given = only(call);
  const ids = given.dtype === 'int64' ? given : cast(call, given, 'int32');
  const table = call.weight('embeddings');
  const axis = call.builder.constant(call.scope, [0], 'int32', []);
  const made = { dtype: table.dtype, shape: [...ids.shape, table.shape[1] ?? null] };
  const rows = emit(call, 'GatherV2', [table, ids, axis], made);
  if (!call.settings.flag('mask_zero', false)) return rows;
  const mask = emit(call, 'NotEqual', [ids, scalar(call, 0, ids)], { dtype: 'bool', shape: ids.shape });
  return { ...rows, mask };
}

/** Leaves out the steps of which every feature has one value. */
function masking(call: LayerCall): Tensor {
  const x = only(call);
  if (x.shape.length !== 3) throw new NotConverted('It takes no steps of features.', EXPORT);
  const value = scalar(call, call.settings.number('mask_value', 0), x);
  const other = emit(call, 'NotEqual', [x, value], { dtype: 'bool', shape: x.shape });
  const reduced = (keep: boolean): Tensor => {
    const shape = keep ? x.shape.with(2, 1) : x.shape.slice(0, 2);
    return emit(
      call,
      'Any',
      [other, indices(call, [2])],
      { dtype: 'bool', shape },
      { keep_dims: flag(keep) },
    );
  };
  const masked = same(call, 'Mul', [x, cast(call, reduced(true), x.dtype)]);
  return { ...masked, mask: reduced(false) };
}

/** Layers that begin models of text and of series. */
export const SEQUENCES: LayerKinds = {
  Embedding: {
    weights: (settings) => [
      slot('embeddings', [settings.number('input_dim'), settings.number('output_dim')]),
    ],
    call: embedding,
  },
  Masking: { call: masking },
};
