import { discovery, gateway, type MspManager, peer as protos } from '@cotrace/fabric-model';
import { status, type Server } from '@grpc/grpc-js';
import type { SigningIdentity } from '../../identity/signer.js';
import type { TlsMaterial } from '../../identity/tls.js';
import type { AccessResource } from '../channel/access.js';
import type { Channel } from '../channel/channel.js';
import type { ChaincodeEndpoint } from '../chaincode/connection.js';
import { ChaincodeHost } from '../chaincode/host.js';
import type { InstalledChaincodes } from '../chaincode/installed.js';
import { deliverHandler } from '../deliver/service.js';
import { blockAndPrivateDataResponse, blockResponse, filteredBlockResponse } from '../deliver/responses.js';
import type { DiscoveryContext } from '../discovery/context.js';
import { discoveryService } from '../discovery/service.js';
import type { FindLocalChaincode, LocalChaincode } from '../endorser/endorsement-info.js';
import { processProposal, type EndorserContext } from '../endorser/process-proposal.js';
import { checkTimeWindow } from '../endorser/time-window.js';
import type { GatewayContext } from '../gateway/context.js';
import type { GatewayEndorser } from '../gateway/plan.js';
import type { ProposalOutcome } from '../gateway/response-status.js';
import { gatewayService } from '../gateway/service.js';
import { PEER_ENDORSEMENT_MS } from '../limits.js';
import type { GatewayOrderer } from '../gateway/submit.js';
import { unary } from '../rpc/calls.js';
import { messageOf, RpcError } from '../rpc/rpc-error.js';
import { bind, nodeServer, type BoundServer, type ListenAddress } from '../rpc/server.js';
import { serviceDefinition, withRawResponses } from '../rpc/services.js';
import { isSystemChaincode } from '../system/names.js';
import type { SystemContext } from '../system/system-chaincode.js';
import { joinChannel, type JoinedChannels } from './joined.js';
import { checkLocalAccess } from './local-access.js';

/** What a peer is made of. Times in milliseconds. */
export interface PeerOptions {
  readonly identity: SigningIdentity;
  /** The peer's own organisation, for requests without a channel. */
  readonly localManager: MspManager;
  /** All channels of the network, by name. */
  readonly channels: ReadonlyMap<string, Channel>;
  readonly joined: JoinedChannels;
  /** The chaincodes that this peer has. */
  readonly installed: InstalledChaincodes;
  readonly executeTimeout: number;
  readonly startupTimeout: number;
}

/** An organisation's peer: endorser, chaincode host, and the services around them. */
export class DevnetPeer {
  readonly mspId: string;
  readonly identity: SigningIdentity;
  readonly host: ChaincodeHost;
  readonly installed: InstalledChaincodes;
  readonly #options: PeerOptions;
  readonly #endorser: EndorserContext;
  readonly #inFlight = new Set<Promise<ProposalOutcome>>();
  #address = '';

  constructor(options: PeerOptions) {
    const { identity, localManager, channels, joined, installed } = options;
    const channel = (channelId: string): Channel | null => this.channel(channelId);
    this.mspId = identity.mspId;
    this.identity = identity;
    this.installed = installed;
    this.#options = options;
    const system: SystemContext = {
      mspId: identity.mspId,
      channel,
      channelIds: () => joined.names,
      join: (channelId, genesis) => joinChannel(channels.get(channelId) ?? null, genesis, joined),
      installed,
      checkLocal: (policy, signed) => checkLocalAccess(localManager, policy, signed),
    };
    const findChaincode: FindLocalChaincode = (channelId, name) => this.#find(channelId, name);
    this.host = new ChaincodeHost({ ...options, channel, system, findChaincode });
    this.#endorser = {
      channel,
      localManager,
      system,
      invoke: (invocation, name, input) => this.host.invoke(invocation, name, input),
      findChaincode,
      signer: identity,
      now: () => Date.now(),
    };
  }

  /** `host:port`; '' until it listens. */
  get address(): string {
    return this.#address;
  }

  /** A channel that this peer is in; null: it is in none of that name. */
  channel(channelId: string): Channel | null {
    const { channels, joined } = this.#options;
    return joined.has(channelId) ? (channels.get(channelId) ?? null) : null;
  }

  /** Whether this peer is in a channel, and its organisation is a member there. */
  belongsTo(channelId: string): boolean {
    const orgs = this.channel(channelId)?.ledger.config.applicationOrgs ?? [];
    return orgs.some(({ mspId }) => mspId === this.mspId);
  }

  /** Whether this peer can run a chaincode of a channel, as a member's. */
  canRun(channelId: string, name: string): boolean {
    if (!this.belongsTo(channelId)) return false;
    return isSystemChaincode(name) || this.endpoint(channelId, name) !== null;
  }

  /** Where this peer reaches a chaincode of a channel, if it may and can run it. */
  endpoint(channelId: string, name: string): ChaincodeEndpoint | null {
    return this.#find(channelId, name).endpoint;
  }

  /** Simulates and endorses a proposal. Never throws. */
  async process(signed: protos.SignedProposal): Promise<ProposalOutcome> {
    const outcome = processProposal(this.#endorser, signed);
    this.#inFlight.add(outcome);
    try {
      return await outcome;
    } finally {
      this.#inFlight.delete(outcome);
    }
  }

  /** This peer as its own gateway sees it. */
  asLocalEndorser(): GatewayEndorser {
    return this.#asEndorser((signed) => this.process(signed));
  }

  /**
   * This peer as the gateways of other organisations see it: through gRPC, where a refusal is an error like any
   * other and an answer has to come in time.
   */
  asRemoteEndorser(): GatewayEndorser {
    const unavailable = (code: string, text: string): ProposalOutcome => ({
      kind: 'unavailable',
      message: `rpc error: code = ${code} desc = ${text}`,
    });
    return this.#asEndorser(async (signed) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<ProposalOutcome>((resolve) => {
        timer = setTimeout(
          () => resolve(unavailable('DeadlineExceeded', 'context deadline exceeded')),
          PEER_ENDORSEMENT_MS,
        );
      });
      const outcome = await Promise.race([this.#processRemote(signed), late]);
      clearTimeout(timer);
      return outcome.kind === 'refused' ? unavailable('Unknown', outcome.message) : outcome;
    });
  }

  /** Listens as gateway, endorser, delivery and discovery service. */
  async listen(
    context: GatewayContext,
    orderer: GatewayOrderer,
    discovered: Omit<DiscoveryContext, 'checkLocalAdministrator'>,
    tls: TlsMaterial,
    where: ListenAddress,
  ): Promise<BoundServer> {
    const bound = await bind(this.#server(context, orderer, discovered), tls, where);
    this.#address = bound.address;
    return bound;
  }

  /** Ends its chaincode streams and waits until nothing is simulated any more. */
  async close(): Promise<void> {
    this.host.close();
    await Promise.all(this.#inFlight);
  }

  #server(
    context: GatewayContext,
    orderer: GatewayOrderer,
    discovered: Omit<DiscoveryContext, 'checkLocalAdministrator'>,
  ): Server {
    const server = nodeServer();
    const { localManager } = this.#options;
    server.addService(
      serviceDefinition(discovery.Discovery),
      discoveryService({
        ...discovered,
        checkLocalAdministrator: (signed) => checkLocalAccess(localManager, 'Admins', signed),
      }),
    );
    server.addService(serviceDefinition(gateway.Gateway), gatewayService(context, orderer));
    server.addService(serviceDefinition(protos.Endorser), {
      ProcessProposal: unary((signed: protos.SignedProposal) => this.#serveProposal(signed)),
    });
    server.addService(withRawResponses(serviceDefinition(protos.Deliver)), {
      Deliver: deliverHandler(this.#deliverContext('event/Block'), blockResponse),
      DeliverFiltered: deliverHandler(this.#deliverContext('event/FilteredBlock'), filteredBlockResponse),
      DeliverWithPrivateData: deliverHandler(
        this.#deliverContext('event/Block'),
        blockAndPrivateDataResponse,
      ),
    });
    return server;
  }

  #find(channelId: string, name: string): LocalChaincode {
    const packageId = this.channel(channelId)?.ledger.approvedPackage(this.mspId, name) ?? null;
    if (packageId === null) return { approved: false, endpoint: null };
    const address = this.installed.address(packageId);
    return { approved: true, endpoint: address === null ? null : { address, packageId } };
  }

  /** A proposal that comes through gRPC. */
  async #processRemote(signed: protos.SignedProposal): Promise<ProposalOutcome> {
    try {
      checkTimeWindow(signed, Date.now());
    } catch (error) {
      return { kind: 'refused', message: messageOf(error) };
    }
    return this.process(signed);
  }

  #asEndorser(process: GatewayEndorser['process']): GatewayEndorser {
    const address = (): string => this.#address;
    return {
      mspId: this.mspId,
      get address() {
        return address();
      },
      process,
    };
  }

  async #serveProposal(signed: protos.SignedProposal): Promise<protos.ProposalResponse> {
    const outcome = await this.#processRemote(signed);
    if (outcome.kind === 'answered') return outcome.response;
    throw new RpcError(status.UNKNOWN, outcome.message);
  }

  #deliverContext(resource: AccessResource): Parameters<typeof deliverHandler>[0] {
    return {
      channel: (channelId) => this.channel(channelId),
      checkAccess: (channel, signed) => channel.access.check(resource, signed),
      now: () => Date.now(),
    };
  }
}
