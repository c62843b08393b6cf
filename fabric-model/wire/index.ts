export * from './decode.js';
export * from './grpc-service.js';
