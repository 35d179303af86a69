// Apart from the main entry: whoever does not speak gRPC does not load it.
export { createGrpcPredictionClient, type GrpcClientOptions } from './grpc-client.ts';
