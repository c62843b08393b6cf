import { create } from '@bufbuild/protobuf';
import { CotraceError, utf8 } from '@cotrace/core';
import {
  approvalCall,
  type ChaincodeDefinition,
  channelPolicyReference,
  commitCall,
  common,
  defaultDefinition,
  encodePayload,
  encodeTransaction,
  type LifecycleCall,
  parametersDifference,
  peer,
  type ProposedDefinition,
} from '@cotrace/fabric-model';
import type { SigningIdentity } from '../identity/signer.js';
import type { Channel } from './channel/channel.js';
import { makeProposal } from './endorser/make-proposal.js';
import { EndorsementPlan, type GatewayEndorser } from './gateway/plan.js';
import { responseStatus } from './gateway/response-status.js';
import { LIFECYCLE } from './system/names.js';

/** A chaincode to be defined on a channel and reached by the peers. */
export interface Deployment {
  readonly channel: string;
  readonly name: string;
  readonly version: string;
  /** 1 for the first definition; one more for each change. */
  readonly sequence: number;
  /** Serialized `ApplicationPolicy`; by default the channel's `/Channel/Application/Endorsement`. */
  readonly policy?: Uint8Array;
  /** Address `host:port` of the chaincode server by the short name of the organisation. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Id that the chaincode servers register as (`CHAINCODE_ID`), the package id of real Fabric. */
  readonly packageId: string;
}

/** An organisation that takes part: its administrator signs, its own peer endorses. */
export interface Participant {
  readonly mspId: string;
  readonly admin: SigningIdentity;
  readonly endorser: GatewayEndorser;
}

/** A deployment on its channel. */
export interface DeploymentJob {
  readonly channel: Channel;
  readonly deployment: Deployment;
  /** MSP ids of the organisations that run the chaincode; the others approve it all the same. */
  readonly runningIn: ReadonlySet<string>;
}

interface LifecycleTransaction {
  readonly job: DeploymentJob;
  readonly txId: string;
  readonly envelope: common.Envelope;
}

/**
 * Has definitions approved by all members and committed, by real `_lifecycle` transactions, so that whoever
 * follows the channel learns them from the blocks. What is approved or committed already is left as it is, and so is a
 * chaincode whose definition has a later sequence; all approvals go side by side, and then all commits. Throws `DEFINITION_CONFLICT` where another definition has the sequence,
 * `DEPLOY_FAILED` else.
 */
export async function deployAll(
  jobs: readonly DeploymentJob[],
  participantsOf: (channelId: string) => readonly Participant[],
): Promise<void> {
  const current = jobs.filter((job) => !isOvertaken(job));
  const open = current.filter((job) => !isCommitted(job));
  const approvals = current.flatMap((job) =>
    participantsOf(job.deployment.channel)
      .filter((participant) => !isApproved(job, participant))
      .map((participant) => approve(job, participant)),
  );
  await submit(await Promise.all(approvals));
  await submit(await Promise.all(open.map((job) => commit(job, participantsOf(job.deployment.channel)))));
}

function failed(
  { deployment: { name, channel, sequence } }: DeploymentJob,
  reason: string,
  detail: Readonly<Record<string, unknown>>,
): CotraceError {
  const message = `chaincode ${name} could not be defined on ${channel}: ${reason}`;
  return new CotraceError('DEPLOY_FAILED', message, { name, channel, sequence, ...detail });
}

function definitionOf({ deployment }: DeploymentJob): ChaincodeDefinition {
  const { name, version, sequence, policy = channelPolicyReference() } = deployment;
  return defaultDefinition({ name, version, sequence: BigInt(sequence), policyBytes: policy });
}

function isOvertaken({ channel, deployment: { name, sequence } }: DeploymentJob): boolean {
  return (channel.ledger.definition(name)?.sequence ?? 0n) > BigInt(sequence);
}

function isCommitted(job: DeploymentJob): boolean {
  const { name, sequence } = job.deployment;
  const current = job.channel.ledger.definition(name);
  if (current?.sequence !== BigInt(sequence)) return false;
  const difference = parametersDifference(current, definitionOf(job));
  if (difference === null) return true;
  throw new CotraceError(
    'DEFINITION_CONFLICT',
    `chaincode ${name} has another definition at sequence ${sequence}; give it the next sequence`,
    { name, sequence, version: current.version, difference },
  );
}

function packageIdFor({ deployment, runningIn }: DeploymentJob, { mspId }: Participant): string {
  return runningIn.has(mspId) ? deployment.packageId : '';
}

function isApproved(job: DeploymentJob, participant: Participant): boolean {
  const { name, sequence } = job.deployment;
  const approval = job.channel.ledger.approval(participant.mspId, name, BigInt(sequence));
  return (
    approval?.packageId === packageIdFor(job, participant) &&
    parametersDifference(approval.parameters, definitionOf(job)) === null
  );
}

function proposalOf(job: DeploymentJob): ProposedDefinition {
  const { name, sequence, version, policyBytes } = definitionOf(job);
  return { name, sequence, version, validationParameter: policyBytes };
}

function approve(job: DeploymentJob, participant: Participant): Promise<LifecycleTransaction> {
  const call = approvalCall(proposalOf(job), packageIdFor(job, participant));
  return endorse(job, call, participant.admin, [participant]);
}

function commit(job: DeploymentJob, participants: readonly Participant[]): Promise<LifecycleTransaction> {
  const [first] = participants;
  if (first === undefined) throw failed(job, 'the channel has no members with peers', {});
  return endorse(job, commitCall(proposalOf(job)), first.admin, participants);
}

async function endorse(
  job: DeploymentJob,
  { name, argument }: LifecycleCall,
  admin: SigningIdentity,
  endorsers: readonly Participant[],
): Promise<LifecycleTransaction> {
  const args = [utf8(name), argument];
  const call = { channelId: job.deployment.channel, chaincode: LIFECYCLE, args };
  const { txId, signed, channelHeader, signatureHeader, payload } = makeProposal(call, admin);
  const plan = new EndorsementPlan(
    [endorsers.map(({ mspId }) => mspId)],
    endorsers.map(({ endorser }) => endorser),
  );
  for (const endorser of plan.next() ?? []) {
    const outcome = await endorser.process(signed);
    const { message } = responseStatus(outcome);
    if (message === '' && outcome.kind === 'answered') plan.accept(endorser, outcome.response);
    else plan.fail(endorser, message);
  }
  if (plan.result === null) throw failed(job, 'the peers did not endorse it', { errors: plan.errors });
  const data = encodeTransaction({
    signatureHeader,
    chaincodeProposalPayload: payload,
    responsePayload: plan.result.payload,
    endorsements: plan.result.endorsements,
  });
  const bytes = encodePayload(channelHeader, signatureHeader, data);
  const envelope = create(common.EnvelopeSchema, { payload: bytes, signature: admin.sign(bytes) });
  return { job, txId, envelope };
}

/** Orders transactions and waits for them; nobody waits for a batch to fill. */
async function submit(transactions: readonly LifecycleTransaction[]): Promise<void> {
  const committed = transactions.map(async ({ job, txId }) => ({
    job,
    txId,
    code: (await job.channel.feed.transaction(txId)).code,
  }));
  for (const { job, envelope } of transactions) job.channel.chain.order(envelope);
  for (const { chain } of new Set(transactions.map(({ job }) => job.channel))) chain.flush();
  for (const { job, txId, code } of await Promise.all(committed)) {
    if (code !== peer.TxValidationCode.VALID)
      throw failed(job, `its transaction is ${peer.TxValidationCode[code]}`, { txId });
  }
}
