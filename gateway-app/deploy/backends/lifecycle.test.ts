import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { applicationPolicy, channelPolicyReference, lifecycle, type Policy } from '@cotrace/fabric-model';
import { defaultTopology, outOfPeersPolicy } from '@cotrace/network';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { away } from '../../testing/gateway-errors.js';
import { approveAndCommit, type AgreedConfig, type LifecycleAdministrator } from './lifecycle.js';

const nothing = () => undefined;

const topology = defaultTopology();
const MEMBERS = ['org1MSP', 'org2MSP'];
const trace = { id: 'label:1', label: 'label', bytes: new Uint8Array() };
const checking = { id: 'checking:2', label: 'checking', bytes: new Uint8Array() };
const packages = { trace, checking };

const NO_POLICIES = { path: '/Channel', policies: new Map<string, Policy>(), groups: new Map() };

/** A channel with these members, and a quorum above the default where there is one. */
function config(channelId: string, mspIds: readonly string[], quorum: number | null = null): AgreedConfig {
  return {
    channelId,
    quorum,
    members: () => mspIds.map((mspId) => ({ mspId, configHash: new Uint8Array(32) })),
    applicationPolicy: (bytes) => applicationPolicy(bytes, NO_POLICIES),
  };
}

/** What an organisation's administrator asks for: the function, the chaincode, and who is to endorse it. */
interface Asked {
  readonly by: string;
  readonly what: string;
  readonly chaincode: string;
  readonly endorsers: readonly string[] | null;
}

const ARGUMENTS = {
  CheckCommitReadiness: lifecycle.CheckCommitReadinessArgsSchema,
  ApproveChaincodeDefinitionForMyOrg: lifecycle.ApproveChaincodeDefinitionForMyOrgArgsSchema,
  CommitChaincodeDefinition: lifecycle.CommitChaincodeDefinitionArgsSchema,
} as const;

type ContractCall =
  | lifecycle.CheckCommitReadinessArgs
  | lifecycle.ApproveChaincodeDefinitionForMyOrgArgs
  | lifecycle.CommitChaincodeDefinitionArgs;

type Call = {
  readonly arguments?: readonly (string | Uint8Array)[];
  readonly endorsingOrganizations?: string[];
};

/** A definition that is committed, and who has approved it. */
interface Committed {
  readonly sequence: bigint;
  readonly policy: Uint8Array;
  readonly approvedBy: readonly string[];
}

/** The channels as `_lifecycle` keeps them, for administrators of org1 and org2. */
class FakeChannel {
  readonly asked: Asked[] = [];
  readonly packages: string[] = [];
  readonly contracts: unknown[] = [];
  readonly committed: string[] = [];
  /** What is committed of the checking contract, by its names. */
  readonly sealing = new Map<string, Committed>();
  configs = {
    main: config(topology.channels.main, MEMBERS),
    checking: config(topology.channels.checking, MEMBERS),
  };
  /** As `org1MSP goods`. */
  readonly approved: string[] = [];
  /** Is called before each answer; throws where there is none. */
  disturb: (what: string, channel: string) => Promise<void> = () => Promise.resolve();

  readonly administrators = MEMBERS.map((mspId): LifecycleAdministrator => {
    const callsOf = (channel: string) => {
      const answer = (name: string, options?: Call) => this.#answer(mspId, channel, name, options ?? {});
      return { evaluate: answer, submit: answer };
    };
    return { mspId, contract: (channel) => callsOf(channel) };
  });

  async #answer(
    by: string,
    channel: string,
    what: string,
    { arguments: args = [], endorsingOrganizations }: Call,
  ) {
    await this.disturb(what, channel);
    if (what === 'QueryChaincodeDefinitions') return this.#definitions(channel);
    if (what === 'QueryChaincodeDefinition') return this.#definition(args[0] as Uint8Array);
    const schema = ARGUMENTS[what as keyof typeof ARGUMENTS];
    const call = fromBinary(schema, args[0] as Uint8Array);
    expect(call).toMatchObject({ version: '1' });
    if (['checking', 'anchor'].includes(call.name)) return this.#contract(by, channel, call);
    // What is committed is approved with the policy that it has.
    const policy = this.committed.includes(call.name) ? channelPolicyReference() : new Uint8Array();
    expect([channel, call.validationParameter]).toEqual([topology.channels.main, policy]);
    this.asked.push({ by, what, chaincode: call.name, endorsers: endorsingOrganizations ?? null });
    if (call.$typeName === 'lifecycle.CheckCommitReadinessArgs') return this.#readiness(call.name);
    if (call.$typeName === 'lifecycle.CommitChaincodeDefinitionArgs') this.committed.push(call.name);
    else {
      const source = call.source?.Type;
      if (source?.case === 'localPackage') this.packages.push(source.value.packageId);
      this.approved.push(`${by} ${call.name}`);
    }
    return new Uint8Array();
  }

  /** What is asked for the checking contract, which goes beside that for domains. */
  #contract(by: string, channel: string, call: ContractCall): Uint8Array {
    if (call.$typeName === 'lifecycle.CheckCommitReadinessArgs') return this.#readiness(call.name);
    this.contracts.push({
      by,
      channel,
      name: call.name,
      sequence: call.sequence,
      policy: call.validationParameter,
      chaincode:
        call.$typeName === 'lifecycle.ApproveChaincodeDefinitionForMyOrgArgs' ? call.source?.Type : undefined,
    });
    return new Uint8Array();
  }

  #definitions(channel: string): Uint8Array {
    const isMain = channel === topology.channels.main;
    const contract = isMain ? 'anchor' : 'checking';
    const here = [...(isMain ? this.committed : []), ...(this.sealing.has(contract) ? [contract] : [])];
    const chaincodeDefinitions = here.map((name) => ({ name }));
    const schema = lifecycle.QueryChaincodeDefinitionsResultSchema;
    return toBinary(schema, create(schema, { chaincodeDefinitions }));
  }

  #definition(argument: Uint8Array): Uint8Array {
    const { name } = fromBinary(lifecycle.QueryChaincodeDefinitionArgsSchema, argument);
    const ofDomain = { sequence: 1n, policy: channelPolicyReference(), approvedBy: this.#approversOf(name) };
    const { sequence, policy, approvedBy } = this.sealing.get(name) ?? ofDomain;
    const approvals = Object.fromEntries(MEMBERS.map((mspId) => [mspId, approvedBy.includes(mspId)]));
    const schema = lifecycle.QueryChaincodeDefinitionResultSchema;
    return toBinary(
      schema,
      create(schema, { sequence, version: '1', validationParameter: policy, approvals }),
    );
  }

  #approversOf(name: string): string[] {
    return MEMBERS.filter((mspId) => this.approved.includes(`${mspId} ${name}`));
  }

  #readiness(name: string): Uint8Array {
    const approvals = Object.fromEntries(
      this.administrators.map(({ mspId }) => [mspId, this.approved.includes(`${mspId} ${name}`)]),
    );
    const schema = lifecycle.CheckCommitReadinessResultSchema;
    return toBinary(schema, create(schema, { approvals }));
  }
}

describe('the approval of chaincodes', () => {
  let channel: FakeChannel;

  beforeEach(() => {
    channel = new FakeChannel();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  /** What is said while `domains` are approved and committed. */
  async function defined(domains: readonly string[], stillStarting = nothing): Promise<string[]> {
    const said: string[] = [];
    const progress = (line: string) => said.push(line);
    const wanted = { topology: { ...topology, domains }, packages, configurations: channel.configs };
    const deployed = { ...wanted, progress, stillStarting };
    await approveAndCommit(deployed, channel.administrators);
    return said;
  }

  const changes = () => channel.asked.filter(({ what }) => what !== 'CheckCommitReadiness');

  it('comes from every organisation, which asks itself alone, before the first one commits', async () => {
    await defined(['goods']);
    const what = 'ApproveChaincodeDefinitionForMyOrg';
    expect(changes()).toEqual([
      { by: 'org1MSP', what, chaincode: 'goods', endorsers: ['org1MSP'] },
      { by: 'org2MSP', what, chaincode: 'goods', endorsers: ['org2MSP'] },
      { by: 'org1MSP', what: 'CommitChaincodeDefinition', chaincode: 'goods', endorsers: null },
    ]);
    expect(channel.packages).toEqual([trace.id, trace.id]);
    const questions = channel.asked.filter((asked) => !changes().includes(asked));
    expect(questions.map(({ by, endorsers }) => [by, endorsers])).toEqual([
      ['org1MSP', ['org1MSP']],
      ['org2MSP', ['org2MSP']],
    ]);
  });

  it('is not repeated by an organisation that has approved, nor where the chaincode is committed', async () => {
    channel.committed.push('retail');
    channel.approved.push('org1MSP goods', 'org1MSP retail', 'org2MSP retail');
    expect((await defined(['retail', 'goods'])).sort()).toEqual([
      'chaincode anchor approved and committed',
      'chaincode checking approved and committed',
      'chaincode goods approved and committed',
    ]);
    expect(changes().map(({ by, chaincode: name }) => [by, name])).toEqual([
      ['org2MSP', 'goods'],
      ['org1MSP', 'goods'],
    ]);
  });

  it('of the checking contract is for each channel, with a policy of as many peers as the quorum', async () => {
    await defined([]);
    const policy = outOfPeersPolicy(2, MEMBERS);
    const { main, checking: other } = topology.channels;
    const source = { case: 'localPackage', value: expect.objectContaining({ packageId: checking.id }) };
    for (const [channelName, name] of [
      [other, 'checking'],
      [main, 'anchor'],
    ]) {
      const asked = { channel: channelName, name, sequence: 1n, policy };
      const own = channel.contracts.filter((call) => (call as { name: string }).name === name);
      expect(own).toEqual([
        { ...asked, by: 'org1MSP', chaincode: source },
        { ...asked, by: 'org2MSP', chaincode: source },
        { ...asked, by: 'org1MSP', chaincode: undefined },
      ]);
    }
  });

  it('is given by a member that has not approved what is committed', async () => {
    channel.committed.push('goods');
    channel.approved.push('org1MSP goods');
    expect(await defined(['goods'])).toContain('chaincode goods approved by org2MSP');
    expect(changes().map(({ by, what }) => [by, what])).toEqual([
      ['org2MSP', 'ApproveChaincodeDefinitionForMyOrg'],
    ]);
  });

  const all = { sequence: 4n, approvedBy: MEMBERS };

  it('of the checking contract stays where the policy is that of the present members, in any order', async () => {
    const policy = outOfPeersPolicy(2, ['org2MSP', 'org1MSP']);
    for (const name of ['anchor', 'checking']) channel.sealing.set(name, { ...all, policy });
    expect(await defined([])).toEqual([]);
    expect(channel.contracts).toEqual([]);
  });

  it.each([
    ['a member joined', outOfPeersPolicy(1, ['org1MSP']), MEMBERS, null],
    ['a member left', outOfPeersPolicy(2, [...MEMBERS, 'org3MSP']), MEMBERS, null],
    ['the quorum was raised', outOfPeersPolicy(2, [...MEMBERS, 'org3MSP']), [...MEMBERS, 'org3MSP'], 3],
  ])('of the checking contract has its next sequence after %s', async (_, before, members, quorum) => {
    const { main, checking: other } = topology.channels;
    channel.configs = { main: config(main, members, quorum), checking: config(other, members) };
    channel.sealing.set('anchor', { ...all, policy: before });
    const policy = outOfPeersPolicy(quorum ?? 2, members);
    channel.sealing.set('checking', { ...all, policy });
    expect(await defined([])).toEqual(['chaincode anchor approved and committed with sequence 5']);
    const asked = { channel: main, name: 'anchor', sequence: 5n, policy };
    expect(channel.contracts).toEqual(
      ['org1MSP', 'org2MSP', 'org1MSP'].map((by) => expect.objectContaining({ ...asked, by }) as unknown),
    );
  });

  it('is asked of members of a channel alone', async () => {
    const { main, checking: other } = topology.channels;
    channel.configs = { main: config(main, ['org2MSP', 'org3MSP']), checking: config(other, MEMBERS) };
    await defined(['goods']);
    expect(new Set(channel.asked.map(({ by }) => by))).toEqual(new Set(['org2MSP']));
    const ofChecking = (channel.contracts as { by: string; name: string; policy: Uint8Array }[]).filter(
      ({ name }) => name === 'checking',
    );
    expect(ofChecking.map(({ by }) => by)).toEqual(['org1MSP', 'org2MSP', 'org1MSP']);
    expect(ofChecking[0]?.policy).toEqual(outOfPeersPolicy(2, ['org2MSP', 'org3MSP']));
  });

  it('is nobody’s where there is no organisation', async () => {
    const deployed = {
      topology,
      packages,
      configurations: channel.configs,
      progress: nothing,
      stillStarting: nothing,
    };
    await expect(approveAndCommit(deployed, [])).resolves.toBeUndefined();
  });

  /** When a call was tried that fails after so many milliseconds, and what becomes of the approval. */
  async function failing(call: string, milliseconds: number) {
    jest.useFakeTimers({ now: 0 });
    const tries: number[] = [];
    channel.disturb = async (called, where) => {
      if (called !== call || where !== topology.channels.main) return;
      tries.push(Date.now());
      await new Promise((_, reject) => setTimeout(reject, milliseconds, away()));
    };
    const outcome = defined(['goods']).catch((error: unknown) => error);
    await jest.runAllTimersAsync();
    return { tries, outcome: await outcome };
  }

  it.each([
    ['QueryChaincodeDefinitions', 'asking for the definitions on main'],
    ['ApproveChaincodeDefinitionForMyOrg', 'approval of goods by org1MSP'],
    ['CommitChaincodeDefinition', 'commit of goods'],
  ])('is given up after a minute, with what failed: %s', async (call, what) => {
    const { tries, outcome } = await failing(call, 60_001);
    expect(new Set(tries)).toEqual(new Set([0]));
    expect(outcome).toMatchObject({ code: 'LIFECYCLE', detail: { what } });
  });

  it('is tried again within a minute', async () => {
    const { tries } = await failing('QueryChaincodeDefinitions', 60_000);
    expect(tries).toEqual([0, 60_200]);
  });

  it('is waited for only while all that is needed runs', async () => {
    channel.disturb = () => Promise.reject(away());
    const ended = new Error('a process has ended');
    const waiting = defined(['goods'], () => {
      throw ended;
    });
    await expect(waiting).rejects.toBe(ended);
  });
});
