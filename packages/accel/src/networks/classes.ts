import { CATALOGUE } from '@slipway/graph/catalogue';
import { AcceleratedNetwork, type NetworkOptions } from './accelerated-network.ts';
import type { SymbolicTensor } from './symbolic-tensor.ts';

// The names of Azure's library, which people know.

export class Resnet50 extends AcceleratedNetwork {
  constructor(modelBasePath?: string, options?: NetworkOptions) {
    super(CATALOGUE.resnet50, false, modelBasePath, options);
  }
}

export class QuantizedResnet50 extends AcceleratedNetwork {
  constructor(modelBasePath?: string, options?: NetworkOptions) {
    super(CATALOGUE.resnet50, true, modelBasePath, options);
  }
}

export class Resnet152 extends AcceleratedNetwork {
  constructor(modelBasePath?: string, options?: NetworkOptions) {
    super(CATALOGUE.resnet152, false, modelBasePath, options);
  }
}

export class QuantizedResnet152 extends AcceleratedNetwork {
  constructor(modelBasePath?: string, options?: NetworkOptions) {
    super(CATALOGUE.resnet152, true, modelBasePath, options);
  }
}

export class Densenet121 extends AcceleratedNetwork {
  constructor(modelBasePath?: string, options?: NetworkOptions) {
    super(CATALOGUE.densenet121, false, modelBasePath, options);
  }
}

export class QuantizedDensenet121 extends AcceleratedNetwork {
  constructor(modelBasePath?: string, options?: NetworkOptions) {
    super(CATALOGUE.densenet121, true, modelBasePath, options);
  }
}

export class Vgg16 extends AcceleratedNetwork {
  constructor(modelBasePath?: string, options?: NetworkOptions) {
    super(CATALOGUE.vgg16, false, modelBasePath, options);
  }
}

export class QuantizedVgg16 extends AcceleratedNetwork {
  constructor(modelBasePath?: string, options?: NetworkOptions) {
    super(CATALOGUE.vgg16, true, modelBasePath, options);
  }
}

export class SsdVgg extends AcceleratedNetwork<readonly SymbolicTensor[]> {
  constructor(modelBasePath?: string, options?: NetworkOptions) {
    super(CATALOGUE.ssdvgg, false, modelBasePath, options);
  }
}

export class QuantizedSsdVgg extends AcceleratedNetwork<readonly SymbolicTensor[]> {
  constructor(modelBasePath?: string, options?: NetworkOptions) {
    super(CATALOGUE.ssdvgg, true, modelBasePath, options);
  }
}
