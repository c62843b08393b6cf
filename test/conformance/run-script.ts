import { create, toBinary } from '@bufbuild/protobuf';
import { sha256, toHex } from '@cotrace/core';
import { common, decode, decodeEnvelope, decodeTransaction, gateway, type peer } from '@cotrace/fabric-model';
import type { Target } from '../../network/devnet/testing/gateway-client.js';
import { Cast } from './cast.js';
import { CHAINCODES } from './chaincodes.js';
import { codeName, describeDelivery, describeQuery, digestOf } from './describe-block.js';
import {
  describeAnswer,
  describeEvent,
  describeFailure,
  describePayload,
  describeResponse,
  endorsersOf,
  Names,
  type Seen,
} from './describe.js';
import { DEFECTS } from './defects.js';
import { FORGERIES } from './forgeries.js';
import { Ordering } from './ordering.js';
import {
  envelopeOf,
  proposalParts,
  seekEnvelope,
  signProposal,
  timeOf,
  transactionParts,
  type ProposalParts,
} from './parts.js';
import {
  LAST_EVENT,
  type Call,
  type Member,
  type QueryArgument,
  type Replay,
  type Script,
  type Step,
} from './script.js';

/** Number of the first block that a script fills: more than any network needs for its definitions. */
export const FIRST_BLOCK = 16n;

/** What one part of a script looked like from outside. */
export interface Observation {
  /** Which part: step, and member of a group. */
  readonly at: string;
  readonly seen: Seen;
}

/** The epoch, 0, as the shim hashes it. */
const EPOCH_BYTES = 8;

interface Submitted {
  readonly txId: string;
  readonly envelope: Uint8Array;
}

/** Runs a script on a network and notes what clients see. Throws where a network does not even get that far. */
export async function runScript(
  target: Target,
  script: Script,
  progress: (observation: Observation) => void = () => undefined,
): Promise<Observation[]> {
  const run = new ScriptRun(target, progress);
  try {
    return await run.all(script);
  } finally {
    run.close();
  }
}

class ScriptRun {
  readonly #cast: Cast;
  readonly #ordering: Ordering;
  readonly #names = new Names();
  readonly #members: (Submitted | null)[] = [];
  readonly #observations: Observation[] = [];
  readonly #progress: (observation: Observation) => void;
  #ordinal = 0;

  constructor(target: Target, progress: (observation: Observation) => void) {
    this.#cast = new Cast(target);
    this.#ordering = new Ordering(this.#cast, this.#names);
    this.#progress = progress;
    for (const [i, address] of this.#cast.addresses().entries()) this.#names.add(address, `<peer ${i + 1}>`);
    for (const organisation of this.#cast.organisations) {
      for (const user of ['User1', 'Admin']) {
        const name = `${organisation}.${user}`;
        this.#names.add(toHex(this.#cast.user(name).serialized), `<creator ${name}>`);
      }
    }
  }

  async all(script: Script): Promise<Observation[]> {
    for (const channel of ['main', 'checking']) await this.#ordering.align(channel, FIRST_BLOCK);
    for (const [i, step] of script.entries()) await this.#step(String(i), step);
    await this.#deliveries();
    return this.#observations.map((observation) => this.#names.apply(observation));
  }

  close(): void {
    this.#cast.close();
  }

  #note(at: string, seen: Seen): void {
    const observation = { at, seen };
    this.#observations.push(observation);
    this.#progress(this.#names.apply(observation));
  }

  async #step(at: string, step: Step): Promise<void> {
    switch (step.kind) {
      case 'evaluate':
        this.#note(at, await this.#evaluate(at, step));
        return;
      case 'propose':
        this.#note(at, await this.#propose(at, step));
        return;
      case 'query':
        this.#note(at, await this.#query(at, step));
        return;
      case 'group':
        await this.#group(at, step.members);
    }
  }

  async #evaluate(
    name: string,
    { gateway: at, call, organizations = [] }: Step & { kind: 'evaluate' },
  ): Promise<Seen> {
    const parts = this.#proposal(call, `<proposal ${name}>`);
    const { ok, failed } = await this.#cast.evaluate(
      at,
      create(gateway.EvaluateRequestSchema, {
        channelId: call.channel,
        transactionId: parts.channelHeader.txId,
        proposedTransaction: signProposal(parts),
        targetOrganizations: [...organizations],
      }),
    );
    return failed === undefined ? describeResponse(ok.result) : describeFailure(failed);
  }

  async #propose(name: string, { peer: at, call, defect }: Step & { kind: 'propose' }): Promise<Seen> {
    const parts = this.#proposal(call, `<proposal ${name}>`);
    const change = defect === undefined ? undefined : DEFECTS[defect];
    if (defect !== undefined && change === undefined) throw new RangeError(`no defect ${defect}`);
    const { ok, failed } = await this.#cast.propose(at, change?.(parts, this.#cast) ?? signProposal(parts));
    return failed === undefined ? describeAnswer(ok) : describeFailure(failed);
  }

  async #query(name: string, step: Step & { kind: 'query' }): Promise<Seen> {
    const args = step.args.map((argument) => this.#argument(argument));
    const { user, channel, chaincode } = step;
    const parts = this.#proposal({ user, channel, chaincode, operations: [], args }, `<proposal ${name}>`);
    const { ok, failed } = await this.#cast.evaluate(
      step.gateway,
      create(gateway.EvaluateRequestSchema, {
        channelId: channel,
        transactionId: parts.channelHeader.txId,
        proposedTransaction: signProposal(parts),
      }),
    );
    if (failed !== undefined) return describeFailure(failed);
    return [
      ok.result?.status,
      ok.result?.message,
      describeQuery(args[0] ?? '', ok.result?.payload ?? new Uint8Array()),
    ];
  }

  #argument(argument: QueryArgument): string {
    return typeof argument === 'string' ? argument : (this.#members[argument.txId]?.txId ?? '');
  }

  /** A proposal whose id and time are read as `name`. */
  #proposal(call: Call, name: string): ProposalParts {
    const ordinal = this.#ordinal++;
    const parts = proposalParts(call, this.#cast.user(call.user), ordinal);
    this.#names.add(parts.channelHeader.txId, name);
    this.#names.add(timeOf(ordinal), `<time of ${name}>`);
    const { creator, nonce } = parts.signatureHeader;
    this.#names.add(toHex(sha256(nonce, creator, new Uint8Array(EPOCH_BYTES))), `<binding of ${name}>`);
    return parts;
  }

  async #group(at: string, members: readonly (Member | Replay)[]): Promise<void> {
    const first = this.#members.length;
    const prepared = await Promise.all(members.map((member, i) => this.#prepare(`${at}.${i}`, member)));
    for (const [i, { submitted }] of prepared.entries()) this.#members[first + i] = submitted;
    const places = new Map<string, string>();
    for (const [i, { submitted, seen }] of prepared.entries()) {
      const member = members[i];
      if (submitted === null || member === undefined) continue;
      const results: Seen[] = [];
      const times = 'replay' in member ? 1 : (member.times ?? 1);
      for (let n = 0; n < times; n++) results.push(await this.#submit(member, submitted));
      seen['submitted'] = results;
      places.set(digestOf(submitted.envelope), `${at}.${i}`);
    }
    const blocks: Seen[] = [];
    for (const channel of this.#ordering.unfinished()) await this.#ordering.close(channel);
    for (const channel of ['main', 'checking']) {
      for (const { block, index, code, digest } of await this.#ordering.newTransactions(channel)) {
        blocks.push(`${channel} ${String(block)}/${index} ${places.get(digest) ?? '-'} ${code}`);
      }
    }
    for (const [i, { seen, submitted }] of prepared.entries()) {
      const member = members[i];
      // Nobody waits for what was refused, or claims to be somebody else's.
      const results = seen['submitted'];
      if (member !== undefined && 'call' in member && member.submit !== undefined && submitted !== null) {
        const isHonest =
          member.forgery === undefined && Array.isArray(results) && results.includes('accepted');
        const { user, channel } = member.call;
        if (isHonest) seen['status'] = await this.#commitStatus(member.submit, user, channel, submitted.txId);
      }
      this.#note(`${at}.${i}`, seen);
    }
    this.#note(`${at} blocks`, blocks);
  }

  async #prepare(
    at: string,
    member: Member | Replay,
  ): Promise<{ submitted: Submitted | null; seen: Record<string, Seen> }> {
    if ('replay' in member)
      return { submitted: this.#members[member.replay] ?? null, seen: { replay: member.replay } };
    const parts = this.#proposal(member.call, `<tx ${at}>`);
    const { txId } = parts.channelHeader;
    const proposal = signProposal(parts);
    if ('gateway' in member.endorse) return this.#endorseByGateway(member, txId, proposal);
    const answers = await Promise.all(member.endorse.peers.map((name) => this.#cast.propose(name, proposal)));
    const seen: Record<string, Seen> = {
      answers: answers.map(({ ok, failed }) =>
        failed === undefined ? describeAnswer(ok) : describeFailure(failed),
      ),
    };
    const endorsed = answers.flatMap(({ ok }) => (ok?.endorsement === undefined ? [] : [ok]));
    if (endorsed.length === 0) return { submitted: null, seen };
    const transaction = transactionParts(parts, endorsed);
    if (member.forgery !== undefined) {
      const forge = FORGERIES[member.forgery];
      if (forge === undefined) throw new RangeError(`no forgery ${member.forgery}`);
      forge(transaction, this.#cast);
      this.#names.add(transaction.channelHeader.txId || txId, `<tx ${at}>`);
    }
    return { submitted: { txId: transaction.channelHeader.txId, envelope: envelopeOf(transaction) }, seen };
  }

  async #endorseByGateway(
    { call, endorse }: Member,
    txId: string,
    proposedTransaction: peer.SignedProposal,
  ): Promise<{ submitted: Submitted | null; seen: Record<string, Seen> }> {
    if (!('gateway' in endorse)) throw new Error('not endorsed by a gateway');
    const request = create(gateway.EndorseRequestSchema, {
      channelId: call.channel,
      transactionId: txId,
      proposedTransaction,
      endorsingOrganizations: [...(endorse.organizations ?? [])],
    });
    const { ok, failed } = await this.#cast.endorse(endorse.gateway, request);
    if (failed !== undefined) return { submitted: null, seen: { failed: describeFailure(failed) } };
    const payload = ok.preparedTransaction?.payload ?? new Uint8Array();
    const signature = this.#cast.user(call.user).sign(payload);
    const envelope = toBinary(common.EnvelopeSchema, create(common.EnvelopeSchema, { payload, signature }));
    const transaction = decodeTransaction(decodeEnvelope(envelope));
    const endorsers = endorsersOf(transaction.endorsements);
    return {
      submitted: { txId, envelope },
      seen: {
        endorsed: describePayload(transaction.responsePayloadBytes),
        // A gateway picks at random among the peers that would do.
        endorsers: endorse.organizations === undefined ? endorsers.length : endorsers,
      },
    };
  }

  async #submit(member: Member | Replay, { envelope, txId }: Submitted): Promise<Seen> {
    const message = decode(common.EnvelopeSchema, envelope);
    if ('replay' in member || member.submit === undefined) {
      const [answer] = await this.#cast.broadcast([message]);
      if (answer?.status === common.Status.SUCCESS) this.#ordering.accepted(message);
      return answer === undefined ? 'no answer' : [answer.status, answer.info];
    }
    const { failed } = await this.#cast.submit(
      member.submit,
      create(gateway.SubmitRequestSchema, {
        channelId: member.call.channel,
        transactionId: txId,
        preparedTransaction: message,
      }),
    );
    if (failed !== undefined) return describeFailure(failed);
    this.#ordering.accepted(message);
    return 'accepted';
  }

  async #commitStatus(at: string, user: string, channelId: string, transactionId: string): Promise<Seen> {
    const identity = this.#cast.user(user);
    const request = toBinary(
      gateway.CommitStatusRequestSchema,
      create(gateway.CommitStatusRequestSchema, { channelId, transactionId, identity: identity.serialized }),
    );
    const { ok, failed } = await this.#cast.commitStatus(
      at,
      create(gateway.SignedCommitStatusRequestSchema, { request, signature: identity.sign(request) }),
    );
    return failed === undefined ? [codeName(ok.result), String(ok.blockNumber)] : describeFailure(failed);
  }

  /** What those see who follow the channels. */
  async #deliveries(): Promise<void> {
    for (const channel of ['main', 'checking']) {
      const deliveries = await this.#cast.filtered('org2', await this.#seek(channel));
      for (const [i, delivery] of deliveries.entries())
        this.#note(`${channel} filtered ${i}`, describeDelivery(delivery));
    }
    for (const { channel, name } of CHAINCODES) {
      const events = await this.#cast.events('org1', this.#eventsRequest(channel, name), isLast);
      this.#note(`${channel} events of ${name}`, events.map(describeEvent));
    }
  }

  async #seek(channelId: string): Promise<common.Envelope> {
    const to = (await this.#ordering.height(channelId)) - 1n;
    return seekEnvelope(this.#cast.user('org2.User1'), channelId, { from: FIRST_BLOCK, to });
  }

  #eventsRequest(channelId: string, chaincodeId: string): gateway.SignedChaincodeEventsRequest {
    const user = this.#cast.user('org1.User1');
    const request = toBinary(
      gateway.ChaincodeEventsRequestSchema,
      create(gateway.ChaincodeEventsRequestSchema, {
        channelId,
        chaincodeId,
        identity: user.serialized,
        startPosition: { Type: { case: 'specified', value: { number: FIRST_BLOCK } } },
      }),
    );
    return create(gateway.SignedChaincodeEventsRequestSchema, { request, signature: user.sign(request) });
  }
}

function isLast({ eventName }: peer.ChaincodeEvent): boolean {
  return eventName === LAST_EVENT;
}
