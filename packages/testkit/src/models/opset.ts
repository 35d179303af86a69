/** The operator set that the models here are written in. */
export const OPSET = 17;
