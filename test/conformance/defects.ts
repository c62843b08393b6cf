import { toBinary } from '@bufbuild/protobuf';
import { common, decode, peer } from '@cotrace/fabric-model';
import { otherHalf } from './high-s.js';
import type { Forger } from './forgeries.js';
import { signProposal, type ProposalParts } from './parts.js';

type Alter = (parts: ProposalParts, forger: Forger) => void;

/** Alters a proposal before it is signed. */
function before(alter: Alter): Defect {
  return (parts, forger) => {
    alter(parts, forger);
    return signProposal(parts);
  };
}

/** Alters a proposal after it is signed. */
function after(alter: (proposal: peer.SignedProposal) => void): Defect {
  return (parts) => {
    const proposal = signProposal(parts);
    alter(proposal);
    return proposal;
  };
}

/** A proposal that something is wrong with, made of parts where nothing is. */
export type Defect = (parts: ProposalParts, forger: Forger) => peer.SignedProposal;

const EMPTY = new Uint8Array();
const GARBAGE = Uint8Array.of(0xff, 0xff, 0xff, 0x01);

function inProposal(change: (proposal: peer.Proposal) => void): Defect {
  return (parts) => {
    const bytes = signProposal(parts).proposalBytes;
    const proposal = decode(peer.ProposalSchema, bytes);
    change(proposal);
    const proposalBytes = toBinary(peer.ProposalSchema, proposal);
    return { ...signProposal(parts), proposalBytes, signature: parts.creator.sign(proposalBytes) };
  };
}

function inSpec(change: (spec: peer.ChaincodeSpec) => void): Defect {
  return before((parts) => {
    const payload = decode(peer.ChaincodeProposalPayloadSchema, parts.payload);
    const invocation = decode(peer.ChaincodeInvocationSpecSchema, payload.input);
    if (invocation.chaincodeSpec !== undefined) change(invocation.chaincodeSpec);
    payload.input = toBinary(peer.ChaincodeInvocationSpecSchema, invocation);
    parts.payload = toBinary(peer.ChaincodeProposalPayloadSchema, payload);
  });
}

/** Every defect by its name. */
export const DEFECTS: Readonly<Record<string, Defect>> = {
  'no bytes': after((proposal) => {
    proposal.proposalBytes = EMPTY;
  }),
  'bytes that are garbage': after((proposal) => {
    proposal.proposalBytes = GARBAGE;
  }),
  'no signature': after((proposal) => {
    proposal.signature = EMPTY;
  }),
  'a bad signature': after((proposal) => {
    const last = proposal.signature.length - 1;
    proposal.signature = proposal.signature.map((byte, i) => (i === last ? byte ^ 1 : byte));
  }),
  'a high S': after((proposal) => {
    proposal.signature = otherHalf(proposal.signature);
  }),
  'no header': inProposal((proposal) => {
    proposal.header = EMPTY;
  }),
  'a header that is garbage': inProposal((proposal) => {
    proposal.header = GARBAGE;
  }),
  'no payload': inProposal((proposal) => {
    proposal.payload = EMPTY;
  }),
  'a payload that is garbage': inProposal((proposal) => {
    proposal.payload = GARBAGE;
  }),
  'an extension': inProposal((proposal) => {
    proposal.extension = GARBAGE;
  }),
  'type 0': before(({ channelHeader }) => {
    channelHeader.type = 0;
  }),
  'type 1': before(({ channelHeader }) => {
    channelHeader.type = 1;
  }),
  'type 99': before(({ channelHeader }) => {
    channelHeader.type = 99;
  }),
  'epoch 1': before(({ channelHeader }) => {
    channelHeader.epoch = 1n;
  }),
  'version 7': before(({ channelHeader }) => {
    channelHeader.version = 7;
  }),
  'no timestamp': before(({ channelHeader }) => {
    delete channelHeader.timestamp;
  }),
  'a timestamp of the past': before(({ channelHeader }) => {
    if (channelHeader.timestamp) channelHeader.timestamp.seconds -= 3600n;
  }),
  'a timestamp of the future': before(({ channelHeader }) => {
    if (channelHeader.timestamp) channelHeader.timestamp.seconds += 3600n;
  }),
  'another transaction id': before(({ channelHeader }) => {
    channelHeader.txId = 'f'.repeat(64);
  }),
  'no transaction id': before(({ channelHeader }) => {
    channelHeader.txId = '';
  }),
  'unknown channel': before(({ channelHeader }) => {
    channelHeader.channelId = 'nowhere';
  }),
  'no channel': before(({ channelHeader }) => {
    channelHeader.channelId = '';
  }),
  'no extension in the header': before(({ channelHeader }) => {
    channelHeader.extension = EMPTY;
  }),
  'an extension of garbage in the header': before(({ channelHeader }) => {
    channelHeader.extension = GARBAGE;
  }),
  'no nonce': before(({ signatureHeader }) => {
    signatureHeader.nonce = EMPTY;
  }),
  'no creator': before(({ signatureHeader }) => {
    signatureHeader.creator = EMPTY;
  }),
  'a creator that is garbage': before(({ signatureHeader }) => {
    signatureHeader.creator = GARBAGE;
  }),
  'a creator of another organisation': before(({ signatureHeader }) => {
    const { idBytes } = decode(common.SerializedIdentitySchema, signatureHeader.creator);
    const mspid = 'Org3MSP';
    const forged = { ...decode(common.SerializedIdentitySchema, signatureHeader.creator), mspid, idBytes };
    signatureHeader.creator = toBinary(common.SerializedIdentitySchema, forged);
  }),
  'a creator of an unknown organisation': before(({ signatureHeader }) => {
    const identity = decode(common.SerializedIdentitySchema, signatureHeader.creator);
    identity.mspid = 'Org9MSP';
    signatureHeader.creator = toBinary(common.SerializedIdentitySchema, identity);
  }),
  'a chaincode without name': inSpec((spec) => {
    if (spec.chaincodeId !== undefined) spec.chaincodeId.name = '';
  }),
  'no chaincode': inSpec((spec) => {
    delete spec.chaincodeId;
  }),
  'another chaincode than the header': inSpec((spec) => {
    if (spec.chaincodeId !== undefined) spec.chaincodeId.name = 'anyone';
  }),
  'a chaincode with a version': inSpec((spec) => {
    if (spec.chaincodeId !== undefined) spec.chaincodeId.version = '7.0';
  }),
  'no input': inSpec((spec) => {
    delete spec.input;
  }),
  'no arguments': inSpec((spec) => {
    if (spec.input !== undefined) spec.input.args = [];
  }),
  'a call as Init': inSpec((spec) => {
    if (spec.input !== undefined) spec.input.isInit = true;
  }),
};
