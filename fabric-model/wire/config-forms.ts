import type * as common from '../gen/fabric/common_pb.js';
import type * as peer from '../gen/fabric/peer_pb.js';
import { form } from './form.js';
import { Envelope } from './forms.js';

// The messages of a channel configuration that say who attests, and how many must agree. `forms.test.ts` holds each to the
// library's descriptor of the same message.

const Policy = form<common.Policy>('common.Policy', { type: [1, 'int32'], value: [2, 'bytes'] });
const ConfigValue = form<common.ConfigValue>('common.ConfigValue', {
  version: [1, 'uint64'],
  value: [2, 'bytes'],
  modPolicy: [3, 'string'],
});
const ConfigPolicy = form<common.ConfigPolicy>('common.ConfigPolicy', {
  version: [1, 'uint64'],
  policy: [2, Policy],
  modPolicy: [3, 'string'],
});
const ConfigGroup = form<common.ConfigGroup>('common.ConfigGroup', (group) => ({
  version: [1, 'uint64'],
  groups: [2, { byText: group }],
  values: [3, { byText: ConfigValue }],
  policies: [4, { byText: ConfigPolicy }],
  modPolicy: [5, 'string'],
}));
const Config = form<common.Config>('common.Config', {
  sequence: [1, 'uint64'],
  channelGroup: [2, ConfigGroup],
});
export const ConfigEnvelope = form<common.ConfigEnvelope>('common.ConfigEnvelope', {
  config: [1, Config],
  lastUpdate: [2, Envelope],
});

export const MSPConfig = form<common.MSPConfig>('common.MSPConfig', {
  type: [1, 'int32'],
  config: [2, 'bytes'],
});
const AnchorPeer = form<peer.AnchorPeer>('protos.AnchorPeer', { host: [1, 'string'], port: [2, 'int32'] });
export const AnchorPeers = form<peer.AnchorPeers>('protos.AnchorPeers', {
  anchorPeers: [1, { listOf: AnchorPeer }],
});

const MSPPrincipal = form<common.MSPPrincipal>('common.MSPPrincipal', {
  principalClassification: [1, 'enum'],
  principal: [2, 'bytes'],
});
const SignaturePolicy = form<common.SignaturePolicy>('common.SignaturePolicy', (rule) => ({
  type: {
    signedBy: [1, 'int32'],
    nOutOf: [
      2,
      form<common.SignaturePolicy_NOutOf>('common.SignaturePolicy.NOutOf', {
        n: [1, 'int32'],
        rules: [2, { listOf: rule }],
      }),
    ],
  },
}));
export const SignaturePolicyEnvelope = form<common.SignaturePolicyEnvelope>(
  'common.SignaturePolicyEnvelope',
  {
    version: [1, 'int32'],
    rule: [2, SignaturePolicy],
    identities: [3, { listOf: MSPPrincipal }],
  },
);
