import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import {
  ConfigGroupSchema,
  ConfigPolicySchema,
  ConfigValueSchema,
  type ConfigGroup,
  type ConfigPolicy,
  type ConfigValue,
} from '../../gen/fabric/common_pb.js';

/** Few, so that two configurations have names in common; some are names of members that every object has. */
const name = fc.constantFrom('a', 'b', 'Orderer', 'toString', '9.-');
const modPolicy = fc.constantFrom('Admins', 'a/Admins', '/Channel/Admins', '/Channel/a/Writers');
const version = fc.bigInt({ min: 0n, max: 3n });
const bytes = fc.uint8Array({ maxLength: 1 });

const value: fc.Arbitrary<ConfigValue> = fc
  .record({ version, modPolicy, value: bytes })
  .map((fields) => create(ConfigValueSchema, fields));
const policy: fc.Arbitrary<ConfigPolicy> = fc
  .record({ version, modPolicy, policy: fc.option(fc.record({ type: fc.nat(3), value: bytes })) })
  .map(({ policy: content, ...fields }) =>
    create(ConfigPolicySchema, { ...fields, ...(content !== null && { policy: content }) }),
  );

function groupOf(depth: number): fc.Arbitrary<ConfigGroup> {
  const groups = depth === 0 ? fc.constant({}) : fc.dictionary(name, groupOf(depth - 1), { maxKeys: 3 });
  return fc
    .record({
      version,
      modPolicy,
      groups,
      values: fc.dictionary(name, value, { maxKeys: 2 }),
      policies: fc.dictionary(name, policy, { maxKeys: 2 }),
    })
    .map((fields) => create(ConfigGroupSchema, fields));
}

/** Channel groups of up to three levels, their elements of any version and modification policy. */
export const randomGroup = groupOf(2);
