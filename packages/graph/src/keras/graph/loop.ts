import { create } from '@bufbuild/protobuf';
import { type FunctionDef, FunctionDefSchema } from '../../generated/tensorflow/tensorflow_pb.ts';
import { type Builder, callOf, type Tensor, typeNumber, types } from './builder.ts';

/** Makes nodes in a function of their own, from its parameters, and says what it gives. */
type Body = (builder: Builder, given: readonly Tensor[]) => readonly Tensor[];

/**
 * A loop over variables: `goesOn` gives whether there is another round, and `round` the variables behind it, in the
 * same types. What is not a variable cannot be used in either. Gives the variables behind the last round.
 */
export function loop(
  builder: Builder,
  scope: string,
  variables: readonly Tensor[],
  goesOn: Body,
  round: Body,
): readonly Tensor[] {
  const [condition, body] = [goesOn, round].map((make, index) => {
    const name = builder.scope(`${scope}/${index === 0 ? 'cond' : 'body'}`).replaceAll(/[^A-Za-z0-9_]/g, '_');
    builder.functions.push(functionOf(builder, name, variables, make));
    return name;
  }) as [string, string];
  const { reference } = builder.add(
    scope,
    'StatelessWhile',
    variables,
    { dtype: 'variant', shape: [] },
    {
      T: types(variables.map(({ dtype }) => dtype)),
      cond: callOf(condition),
      body: callOf(body),
    },
  );
  return variables.map((variable, index) => ({
    ...variable,
    reference: index === 0 ? reference : `${reference}:${index}`,
  }));
}

function functionOf(outer: Builder, name: string, variables: readonly Tensor[], make: Body): FunctionDef {
  const inner = outer.inFunction();
  const parameters = variables.map((variable, index) => ({ ...variable, reference: `variable_${index}` }));
  const results = make(inner, parameters);
  const argument = (prefix: string) => (tensor: Tensor, index: number) => ({
    name: `${prefix}_${index}`,
    type: typeNumber(tensor.dtype),
  });
  return create(FunctionDefSchema, {
    signature: {
      name,
      inputArg: parameters.map(argument('variable')),
      outputArg: results.map(argument('result')),
    },
    nodeDef: [...inner.nodes],
    ret: Object.fromEntries(results.map(({ reference }, index) => [`result_${index}`, reference])),
  });
}
