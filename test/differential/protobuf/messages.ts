import { create, toBinary, type DescFile, type DescMessage } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import {
  common,
  discovery,
  gateway,
  gossip,
  ledger,
  lifecycle,
  orderer,
  peer,
  rpc,
} from '@cotrace/fabric-model';
import { file_cotrace_cotrace } from '../../../gateway-app/gen/cotrace/cotrace_pb.js';
import { file_cotrace_store } from '../../../gateway-app/gen/cotrace/store_pb.js';

/** The repository's .proto files: everything that is decoded from the wire is in one of them. */
const files: readonly DescFile[] = [
  common.file_fabric_common,
  discovery.file_fabric_discovery,
  gateway.file_fabric_gateway,
  gossip.file_fabric_gossip,
  ledger.file_fabric_ledger,
  lifecycle.file_fabric_lifecycle,
  orderer.file_fabric_orderer,
  peer.file_fabric_peer,
  rpc.file_fabric_status,
  file_cotrace_cotrace,
  file_cotrace_store,
];

/** Every message type of the repository by its full name. */
export const messages: ReadonlyMap<string, DescMessage> = new Map(
  files.flatMap((file) => file.messages.flatMap(withNested)).map((schema) => [schema.typeName, schema]),
);

/** The files and what they import, as a serialized `FileDescriptorSet`. */
export function describedFiles(): Uint8Array {
  const all = new Map<string, DescFile>();
  const add = (file: DescFile): void => {
    all.set(file.proto.name, file);
    file.dependencies.forEach(add);
  };
  files.forEach(add);
  const set = create(FileDescriptorSetSchema, { file: [...all.values()].map(({ proto }) => proto) });
  return toBinary(FileDescriptorSetSchema, set);
}

function withNested(schema: DescMessage): DescMessage[] {
  return [schema, ...schema.nestedMessages.flatMap(withNested)];
}
