import assert from 'node:assert/strict';

const SCORES = 'classifier/resnet_v1_50/predictions/Softmax:0';

/** What both files print, in the order of the flow; the weights are random, seed 7, and so the photo has these classes. */
const PRINTED = [
  /^Saving model in \S+resnet50$/m,
  /^Registering model resnet50$/m,
  /^Successfully registered: \tresnet50\tNone\t1$/m,
  new RegExp(`^Placeholder:0\n${SCORES}$`, 'm'),
  /resnet50\.1\.accelonnx/,
  /^No image is built: .* resnet50\.1\.accelonnx:1 from its registry\.$/m,
  /^Healthy\nhttp:\S+\/api\/v1\/service\/aks-service-1\/score$/m,
  /^The weights are random, seed 7: .* these labels mean nothing\.$/m,
  /^(loupe confidence: 0\.158\d*)\n(lemon confidence: 0\.121\d*)\n(.+ confidence: 0\.\d+\n){3}/m,
  /^Refused: .*resnet50\.1\.accelonnx:1 cannot be deleted because it is used by services\/aks-service-1\./m,
  /^Deleted aks-service-1, resnet50:1 and resnet50\.1\.accelonnx:1\.$/m,
  /^Stopped Slipway and removed its home\.$/m,
];

/** Throws unless a flow printed everything, each after the other. */
export function assertFlow(printed: string): void {
  let from = 0;
  for (const expected of PRINTED) {
    const found = expected.exec(printed.slice(from));
    assert.ok(found, `${expected} is missing behind character ${from}:\n${printed}`);
    from += found.index;
  }
}
