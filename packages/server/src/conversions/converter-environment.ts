import type { EnvironmentDefinition } from '@slipway/contract/api';
import { registerEnvironment } from '../resources/environments/register.ts';
import type { Store } from '../store/store.ts';

/** The environment of the engine `python` where none is named. It is listed, shown and deleted as any other. */
const NAME = 'slipway-tf2onnx';

/** Exact versions, so that the same model is converted in the same way next year. */
const DEFINITION: EnvironmentDefinition = {
  kind: 'pip',
  python: '>=3.10,<3.14',
  requirements: 'tensorflow-cpu==2.21.0\ntf2onnx==1.17.0\nonnx==1.23.2\n',
};

/** The environment with tf2onnx and TensorFlow, registered when it is first needed. */
export async function converterEnvironment(store: Store, workspace: string): Promise<string> {
  const description = 'TensorFlow and tf2onnx, for conversions with the engine python.';
  const order = { name: NAME, definition: DEFINITION, description };
  const { stored } = await store.write((writer) => registerEnvironment(writer, workspace, order, []));
  return `${NAME}:${stored.value.version}`;
}
