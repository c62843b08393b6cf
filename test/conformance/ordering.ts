import { setTimeout as sleep } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { common, decode, type peer } from '@cotrace/fabric-model';
import type { Cast } from './cast.js';
import { transactionsOf, type PlacedTransaction } from './describe-block.js';
import type { Names } from './describe.js';
import { envelopeOf, proposalParts, signProposal, transactionParts } from './parts.js';
import type { Call } from './script.js';

/** How blocks are cut on every network that scripts run on: by count, so that it is known what goes where. */
export const BATCH = {
  maxMessages: 10,
  timeout: '2s',
  preferredMaxBytes: 512 * 1024,
  absoluteMaxBytes: 1024 * 1024,
} as const;

const USER = 'org1.User1';
const POLL_MS = 5;
const PATIENCE_MS = 60_000;

/** Fills blocks up and waits for them, so that every group of transactions has blocks of its own. */
export class Ordering {
  readonly #cast: Cast;
  /** Messages of the block that is to be cut next, by channel. */
  readonly #pending = new Map<string, number>();
  readonly #heights = new Map<string, bigint>();
  readonly #names: Names;

  constructor(cast: Cast, names: Names) {
    this.#cast = cast;
    this.#names = names;
  }

  /** Adds blocks until the channel's next one has this number. */
  async align(channel: string, height: bigint): Promise<void> {
    const missing = Number(height - (await this.height(channel))) - 1;
    const fillers = Array.from({ length: missing * BATCH.maxMessages }, () => this.#filler(channel));
    await this.#order(fillers);
    await this.close(channel);
    const reached = await this.height(channel);
    if (reached !== height) {
      throw new Error(`${channel} has ${String(reached)} blocks, not ${String(height)}`);
    }
    this.#heights.set(channel, height);
  }

  /** Notes a message that the orderer has accepted. */
  accepted(envelope: common.Envelope): void {
    const channel = channelOf(envelope);
    const { maxMessages, preferredMaxBytes } = BATCH;
    if (envelope.payload.length + envelope.signature.length > preferredMaxBytes)
      this.#pending.set(channel, 0);
    else this.#pending.set(channel, ((this.#pending.get(channel) ?? 0) + 1) % maxMessages);
  }

  /** Channels with messages that may not be in a block yet, or not committed. */
  unfinished(): string[] {
    return [...this.#pending.keys()];
  }

  /**
   * Fills the channel's block, the last message being one that is valid, and waits until every peer has committed it,
   * history included.
   */
  async close(channel: string): Promise<void> {
    const count = this.#pending.get(channel) ?? 0;
    const fillers = Array.from({ length: BATCH.maxMessages - 1 - count }, () => this.#filler(channel));
    const call: Call = {
      channel,
      chaincode: channel === 'main' ? 'anyone' : 'plain',
      operations: [['put', 'marker', 'x']],
      user: USER,
    };
    const proposal = proposalParts(call, this.#cast.user(USER), 0);
    this.#names.add(proposal.channelHeader.txId, '<marker>');
    const endorsers = channel === 'main' ? ['org1'] : ['org1', 'org2'];
    const responses = await Promise.all(endorsers.map((name) => this.#propose(name, signProposal(proposal))));
    const marker = decode(common.EnvelopeSchema, envelopeOf(transactionParts(proposal, responses)));
    await this.#order([...fillers, marker]);
    this.#pending.delete(channel);
    const query: Call = { ...call, operations: [['history', 'marker']] };
    const { txId } = proposal.channelHeader;
    await Promise.all(this.#cast.organisations.map((name) => this.#until(name, query, txId)));
  }

  /** Transactions of the blocks since the last time, in order. */
  async newTransactions(channel: string): Promise<PlacedTransaction[]> {
    const from = this.#heights.get(channel) ?? 0n;
    const to = await this.height(channel);
    const found: PlacedTransaction[] = [];
    for (let at = from; at < to; at += 1n) {
      const bytes = await this.#query(channel, 'GetBlockByNumber', String(at));
      found.push(...transactionsOf(bytes));
    }
    this.#heights.set(channel, to);
    return found;
  }

  /** Number of the channel's next block, as the first organisation's peer has it. */
  async height(channel: string): Promise<bigint> {
    return decode(common.BlockchainInfoSchema, await this.#query(channel, 'GetChainInfo')).height;
  }

  /** A message that is in a block and does nothing. */
  #filler(channel: string): common.Envelope {
    const call: Call = { channel, chaincode: 'anyone', operations: [], user: USER };
    const parts = transactionParts(proposalParts(call, this.#cast.user(USER), 0), []);
    this.#names.add(parts.channelHeader.txId, '<filler>');
    return decode(common.EnvelopeSchema, envelopeOf(parts));
  }

  async #order(envelopes: readonly common.Envelope[]): Promise<void> {
    const answers = await this.#cast.broadcast(envelopes);
    const refused = answers.find(({ status }) => status !== common.Status.SUCCESS);
    if (refused !== undefined || answers.length < envelopes.length) {
      throw new Error(refused?.info ?? 'no answer');
    }
  }

  async #until(organisation: string, call: Call, text: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      const proposal = signProposal(proposalParts(call, this.#cast.user(USER), 0));
      const { response } = await this.#propose(organisation, proposal);
      if (response?.status === 200 && Buffer.from(response.payload).includes(text)) return;
      await sleep(POLL_MS);
    }
    throw new Error(`${organisation} has not committed a block`);
  }

  async #query(channel: string, ...args: readonly string[]): Promise<Uint8Array> {
    const [name = '', ...rest] = args;
    const call: Call = {
      channel,
      chaincode: 'qscc',
      operations: [],
      user: USER,
      args: [name, channel, ...rest],
    };
    const { response } = await this.#propose(
      'org1',
      signProposal(proposalParts(call, this.#cast.user(USER), 0)),
    );
    if (response?.status !== 200) throw new Error(`${args.join(' ')}: ${response?.message ?? ''}`);
    return response.payload;
  }

  async #propose(organisation: string, proposal: peer.SignedProposal): Promise<peer.ProposalResponse> {
    const { ok, failed } = await this.#cast.propose(organisation, proposal);
    if (failed !== undefined) throw new Error(`${organisation}: ${failed.text}`);
    return ok;
  }
}

/** Channel that an envelope goes to. */
function channelOf({ payload }: common.Envelope): string {
  const { header } = decode(common.PayloadSchema, payload);
  return decode(
    common.ChannelHeaderSchema,
    header?.channelHeader ?? create(common.HeaderSchema).channelHeader,
  ).channelId;
}
