import type { Contract, Network, ProposalOptions } from '@hyperledger/fabric-gateway';
import { ledgerEnd } from '../fabric/ledger-queries.js';
import type { ContractCall, DomainContract, GatewayPeer } from './wire.js';

/** The peer whose gateway serves `network`, the channel `main`. */
export function gatewayPeer(network: Network): GatewayPeer {
  return {
    ledgerEnd: (patience) => ledgerEnd(network, patience),
    contract: (name) => domainContract(network.getContract(name)),
  };
}

function domainContract(contract: Contract): DomainContract {
  return {
    evaluate: (call, patience) =>
      contract
        .newProposal(call.name, optionsOf(call))
        .evaluate(patience === undefined ? undefined : { deadline: Date.now() + patience }),
    endorse: async (call) => {
      const transaction = await contract.newProposal(call.name, optionsOf(call)).endorse();
      return {
        txId: transaction.getTransactionId(),
        result: transaction.getResult(),
        submit: () => transaction.submit(),
      };
    },
    submit: (call) => contract.submit(call.name, optionsOf(call)),
  };
}

function optionsOf({ args, organisations }: ContractCall): ProposalOptions {
  return {
    arguments: [...args],
    ...(organisations === undefined ? {} : { endorsingOrganizations: [...organisations] }),
  };
}
