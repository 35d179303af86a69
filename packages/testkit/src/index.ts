export { seededRandom } from '@slipway/contract';
export { onTestEnd, type TestScope, withScope } from './cleanup.ts';
export { CONV_NET_IMAGE, convNet } from './models/conv-net.ts';
export { type DenseLayer, DIGIT_LAYERS, digitMlp, randomDigitLayers } from './models/digit-mlp.ts';
export { addModel, identityModel } from './models/elementwise.ts';
export { type ExternalDataModel, externalDataModel } from './models/external-data.ts';
export { loopModel, memoryHogModel, slowStartModel } from './models/misbehaving.ts';
export { type SsdObject, ssdNet } from './models/ssd-net.ts';
export { encodeModel } from './onnx/encode.ts';
export {
  type ExternalInitializer,
  node,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxInitializer,
  type OnnxModel,
  type OnnxNode,
  tensor,
  tensorSpec,
} from './onnx/model.ts';
export { BLACK_PIXEL, WHITE_PIXEL } from './pixels.ts';
export { freePort } from './processes/free-port.ts';
export {
  assertNothingLeft,
  killProcessesMentioning,
  processesMentioning,
  type RunningProcess,
} from './processes/leftovers.ts';
export {
  type ProcessExit,
  type ProcessOptions,
  runProcess,
  type StartedProcess,
  startProcess,
} from './processes/started-process.ts';
export { heWeights, normalFloats } from './random.ts';
export { openRaw, type RawConnection } from './raw-http.ts';
export { mountSmallDisk, type SmallDisk } from './small-disk.ts';
export { median, percentile } from './statistics.ts';
export { temporaryFolder } from './temporary-folder.ts';
export { TEST_CERTIFICATES, type TestCertificate } from './test-certificates.ts';
export { type WaitOptions, waitFor } from './wait-for.ts';
