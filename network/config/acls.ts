const READERS = '/Channel/Application/Readers';
const WRITERS = '/Channel/Application/Writers';

/** Who may call what of a peer: Fabric's own defaults (sampleconfig/configtx.yaml), written down in the channel. */
export const DEFAULT_ACLS: Readonly<Record<string, string>> = {
  '_lifecycle/CheckCommitReadiness': WRITERS,
  '_lifecycle/CommitChaincodeDefinition': WRITERS,
  '_lifecycle/QueryChaincodeDefinition': WRITERS,
  '_lifecycle/QueryChaincodeDefinitions': WRITERS,
  'cscc/GetChannelConfig': READERS,
  'cscc/GetConfigBlock': READERS,
  'event/Block': READERS,
  'event/FilteredBlock': READERS,
  'lscc/ChaincodeExists': READERS,
  'lscc/GetChaincodeData': READERS,
  'lscc/GetDeploymentSpec': READERS,
  'lscc/GetInstantiatedChaincodes': READERS,
  'peer/ChaincodeToChaincode': WRITERS,
  'peer/Propose': WRITERS,
  'qscc/GetBlockByHash': READERS,
  'qscc/GetBlockByNumber': READERS,
  'qscc/GetBlockByTxID': READERS,
  'qscc/GetChainInfo': READERS,
  'qscc/GetTransactionByID': READERS,
};
