import { decodeRefusal } from '@cotrace/chaincode';
import { CotraceError, defaultQuorum } from '@cotrace/core';
import { GatewayError } from '@hyperledger/fabric-gateway';
import type { ConsortiumOrganisation } from '../consortium/consortium.js';
import type { Faults } from './faults.js';
import type { DomainContract } from './wire.js';
import { LEFT_OUT_MS, LONGEST_TRIAL_MS, MAX_ANSWER_TEXT, TRIAL_MS } from './limits.js';

/**
 * Which organisations are asked to endorse. A gateway asks its own organisation first and gives up where that one's
 * chaincode is away, and waits long for one that is silent (Fabric internal/pkg/gateway/endorse.go); the client names
 * others then, as many as Fabric's default policy wants, a majority.
 */
export class Endorsers {
  readonly #organisations: readonly ConsortiumOrganisation[];
  readonly #faults: Faults;
  readonly #failed = new Map<string, number>();
  #trial: Promise<void> | null = null;
  #mayName = true;

  /** `organisations`: the client's own first. */
  constructor(organisations: readonly ConsortiumOrganisation[], faults: Faults) {
    this.#organisations = organisations;
    this.#faults = faults;
  }

  /** MSP ids of the organisations to name; null where the gateway is to choose. */
  choose(): string[] | null {
    const willing = this.#organisations.filter(({ mspId }) => !this.#isLeftOut(mspId));
    const enough = defaultQuorum(this.#organisations.length);
    if (!this.#mayName || willing.length === this.#organisations.length || willing.length < enough)
      return null;
    return willing.slice(0, enough).map(({ mspId }) => mspId);
  }

  /** Names of the organisations that are left out. */
  leftOut(): string[] {
    return this.#organisations.filter(({ mspId }) => this.#isLeftOut(mspId)).map(({ name }) => name);
  }

  /** Takes in an endorsement that failed: who answered so is left out for a while. */
  failed(error: unknown): void {
    if (!(error instanceof GatewayError)) return;
    for (const { mspId, message } of error.details) {
      if (decodeRefusal(message) === null) this.#leaveOut(mspId, message);
    }
  }

  /** The policy of a domain wants others than a majority: only the gateway knows whom. */
  leaveToGateway(): void {
    this.#mayName = false;
  }

  /** Finds out whose chaincode answers; who asks meanwhile waits for the same result. */
  async tryAll(contract: DomainContract): Promise<void> {
    this.#trial ??= this.#tryAll(contract).finally(() => (this.#trial = null));
    await this.#trial;
  }

  /** Where fewer answer than are needed, all are slow: nobody is left out for it, and they are given twice the time. */
  async #tryAll(contract: DomainContract): Promise<void> {
    for (let patience = TRIAL_MS; patience <= LONGEST_TRIAL_MS; patience *= 2) {
      const tried = await Promise.all(
        this.#organisations.map(async ({ mspId }) => ({
          mspId,
          answered: await answers(contract, mspId, patience),
        })),
      );
      const willing = tried.filter(({ answered }) => answered);
      if (willing.length < defaultQuorum(this.#organisations.length)) continue;
      for (const { mspId, answered } of tried) {
        if (answered) this.#failed.delete(mspId);
        else this.#leaveOut(mspId, `did not answer a query within ${patience / 1000} s`);
      }
      return;
    }
  }

  #isLeftOut(mspId: string): boolean {
    const since = this.#failed.get(mspId);
    return since !== undefined && performance.now() - since < LEFT_OUT_MS;
  }

  #leaveOut(mspId: string, message: string): void {
    const organisation = this.#organisations.find((candidate) => candidate.mspId === mspId);
    if (organisation === undefined) return;
    this.#failed.set(mspId, performance.now());
    const text = `its peer or chaincode service does not endorse: ${message.slice(0, MAX_ANSWER_TEXT)}`;
    this.#faults.add(organisation.name, new CotraceError('NO_ENDORSEMENT', text, { mspId }));
  }
}

/** Whether the chaincode answers at a peer of an organisation: with a refusal, since there is no such record. */
async function answers(contract: DomainContract, mspId: string, patience: number): Promise<boolean> {
  try {
    await contract.evaluate({ name: 'readRecord', args: [''], organisations: [mspId] }, patience);
    return true;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return error.details.some(({ message }) => decodeRefusal(message) !== null);
  }
}
