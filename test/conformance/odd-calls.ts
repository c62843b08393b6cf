import { create, toBinary } from '@bufbuild/protobuf';
import { utf8 } from '@cotrace/core';
import {
  approvalCall,
  common,
  decode,
  encodeChannelHeader,
  lifecycle,
  readinessCall,
  type peer,
} from '@cotrace/fabric-model';
import { makeProposal } from '../../network/devnet/endorser/make-proposal.js';
import { connectGateway } from '../../network/devnet/testing/gateway-client.js';
import { Cast, type Outcome } from './cast.js';
import { peersPolicy } from './chaincodes.js';
import { describeFailure, describeResponse, Names, type Seen } from './describe.js';
import { seekEnvelope } from './parts.js';
import type { Observation } from './run-script.js';
import type { ScriptedNetwork } from './scripted-devnet.js';

const EMPTY = new Uint8Array();
const OK = 200;
const USER = 'org1.User1';
const ADMIN = 'org1.Admin';

/**
 * What clients see of calls that random scripts do not make. The last one ends a chaincode's process: nothing else can
 * be asked of the network afterwards.
 */
export async function makeOddCalls(network: ScriptedNetwork): Promise<Observation[]> {
  const stage = new Stage(network);
  try {
    await broadcastNothing(stage);
    await askTheOrdererForBlocks(stage);
    await joinChannels(stage);
    await checkReadiness(stage, network);
    await callStoppedChaincode(stage, network);
    return stage.observations;
  } finally {
    stage.cast.close();
  }
}

/** Speaks to a network, and notes what it answers. */
class Stage {
  readonly cast: Cast;
  readonly observations: Observation[] = [];
  readonly #names = new Names();

  constructor({ target, packages }: ScriptedNetwork) {
    this.cast = new Cast(target);
    this.#names.add(packages.id('b'), '<package b>');
    this.#names.add(packages.address('b'), '<address b>');
  }

  note(at: string, seen: Seen): void {
    this.observations.push(this.#names.apply({ at, seen }));
  }

  /** A proposal to the first organisation's peer. */
  propose(
    user: string,
    channelId: string,
    chaincode: string,
    ...args: readonly (string | Uint8Array)[]
  ): Promise<Outcome<peer.ProposalResponse>> {
    const bytes = args.map((argument) => (typeof argument === 'string' ? utf8(argument) : argument));
    const { txId, signed } = makeProposal({ channelId, chaincode, args: bytes }, this.cast.user(user));
    this.#names.add(txId, '<transaction>');
    return this.cast.propose('org1', signed);
  }
}

function describe({ ok, failed }: Outcome<peer.ProposalResponse>): Seen {
  return failed === undefined ? describeResponse(ok.response) : describeFailure(failed);
}

/** Messages to the orderer that are not even addressed to a channel. */
async function broadcastNothing(stage: Stage): Promise<void> {
  const withHeader = (header: { channelHeader?: Uint8Array; signatureHeader?: Uint8Array }): Uint8Array =>
    toBinary(common.PayloadSchema, create(common.PayloadSchema, { header }));
  const payloads = {
    'no payload': EMPTY,
    'no header': toBinary(common.PayloadSchema, create(common.PayloadSchema, { data: utf8('x') })),
    'an empty header': withHeader({}),
    'no channel header': withHeader({ signatureHeader: EMPTY }),
    'a channel header that is not one': withHeader({ channelHeader: utf8('x') }),
    'a payload that is not one': utf8('x'),
    'a signature header that is not one': withHeader({
      channelHeader: encodeChannelHeader({
        type: common.HeaderType.ENDORSER_TRANSACTION,
        channelId: 'main',
        timestamp: new Date(),
      }),
      signatureHeader: utf8('x'),
    }),
  };
  for (const [at, payload] of Object.entries(payloads)) {
    const [answer] = await stage.cast.broadcast([create(common.EnvelopeSchema, { payload })]);
    stage.note(`broadcast: ${at}`, [answer?.status, answer?.info]);
  }
}

/** The first blocks as an ordering node delivers them, which knows nothing of validation. */
async function askTheOrdererForBlocks(stage: Stage): Promise<void> {
  const seek = seekEnvelope(stage.cast.user(USER), 'main', { from: 0n, to: 2n });
  for (const { Type: type } of await stage.cast.ordered(seek)) {
    stage.note('the orderer delivers', type.case === 'block' ? describeMetadata(type.value) : type.value);
  }
}

/** Lengths of a block's metadata; whether there are signatures, whose length is chance. */
function describeMetadata({ header, metadata }: common.Block): Seen {
  const [signatures, ...others] = metadata?.metadata ?? [];
  return [String(header?.number), (signatures?.length ?? 0) > 0, ...others.map(({ length }) => length)];
}

async function joinChannels(stage: Stage): Promise<void> {
  const { ok } = await stage.propose(USER, 'main', 'qscc', 'GetBlockByNumber', 'main', '0');
  const genesis = ok?.response?.payload ?? EMPTY;
  const next = await stage.propose(USER, 'main', 'qscc', 'GetBlockByNumber', 'main', '1');
  const blocks = {
    'a channel that it has joined': genesis,
    'a block of transactions': next.ok?.response?.payload ?? EMPTY,
    'an empty block': EMPTY,
    'what is not a block': utf8('x'),
    'a block without transactions': withoutData(genesis),
  };
  for (const user of [ADMIN, USER]) {
    for (const [at, block] of Object.entries(blocks)) {
      stage.note(
        `JoinChain by ${user}: ${at}`,
        describe(await stage.propose(user, '', 'cscc', 'JoinChain', block)),
      );
    }
    stage.note(
      `JoinChain by ${user}: no block`,
      describe(await stage.propose(user, '', 'cscc', 'JoinChain')),
    );
    for (const args of [['JoinChainBySnapshot', ''], ['JoinChainBySnapshot'], ['JoinBySnapshotStatus']]) {
      stage.note(`${args.join()} by ${user}`, describe(await stage.propose(user, '', 'cscc', ...args)));
    }
  }
}

function withoutData(block: Uint8Array): Uint8Array {
  const whole = decode(common.BlockSchema, block);
  return toBinary(common.BlockSchema, { ...whole, data: create(common.BlockDataSchema) });
}

/** Whether definitions with private data collections may be committed, one without being approved. */
async function checkReadiness(stage: Stage, { target }: ScriptedNetwork): Promise<void> {
  const definition = { name: 'plain', version: '2.0', sequence: 2n };
  const approval = approvalCall(definition, '');
  const admin = connectGateway(target, 'org1', stage.cast.user(ADMIN));
  try {
    await admin.gateway
      .getNetwork('main')
      .getContract('_lifecycle')
      .submit(approval.name, { arguments: [approval.argument], endorsingOrganizations: ['Org1MSP'] });
  } finally {
    admin.close();
  }
  const collection = (name: string) =>
    create(common.CollectionConfigSchema, {
      payload: {
        case: 'staticCollectionConfig',
        value: {
          name,
          memberOrgsPolicy: { payload: { case: 'signaturePolicy', value: peersPolicy(1, ['Org1MSP']) } },
        },
      },
    });
  const asked = {
    none: undefined,
    'an empty package': [],
    one: [collection('secrets')],
    'one of a bad name': [collection('_secrets')],
    'an empty one': [create(common.CollectionConfigSchema)],
  };
  for (const [at, config] of Object.entries(asked)) {
    const { name, argument } = readinessCall({ ...definition, ...(config && { collections: { config } }) });
    const answer = await stage.propose(USER, 'main', '_lifecycle', name, argument);
    const { response } = answer.ok ?? {};
    const isAnswered = response?.status === OK;
    stage.note(
      `CheckCommitReadiness, collections: ${at}`,
      isAnswered ? describeReadiness(response.payload) : describe(answer),
    );
  }
}

function describeReadiness(payload: Uint8Array): Seen {
  const { approvals, mismatches } = decode(lifecycle.CheckCommitReadinessResultSchema, payload);
  const sorted = (entries: readonly (readonly [string, unknown])[]) =>
    entries.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return {
    approvals: sorted(Object.entries(approvals)),
    mismatches: sorted(Object.entries(mismatches).map(([mspId, { items }]) => [mspId, items])),
  };
}

/** What a peer says once it has noticed: until then it may still send to the connection that has just ended. */
async function callStoppedChaincode(stage: Stage, { packages }: ScriptedNetwork): Promise<void> {
  await packages.stop('b');
  let seen: Seen;
  do seen = describe(await stage.propose(USER, 'main', 'pair', 'run', '[]'));
  while (JSON.stringify(seen).includes('chaincode stream terminated'));
  stage.note('a chaincode that is down', seen);
}
