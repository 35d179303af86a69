/** The metadata that says where a model's weights come from: `keras`, or `random, seed 7`. */
export const WEIGHTS_METADATA = 'slipway.weights';

/** The metadata that says as whose network it was built: `slim`, `keras`, `torchvision`. */
export const VARIANT_METADATA = 'slipway.variant';
