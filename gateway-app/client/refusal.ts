import { decodeRefusal, type RefusalBody } from '@cotrace/chaincode';
import { GatewayError } from '@hyperledger/fabric-gateway';

/** The contract's refusal in the error of an endorsement or a query, or null where Fabric itself failed. */
export function refusalOf(error: unknown): RefusalBody | null {
  if (!(error instanceof GatewayError)) return null;
  const refusals = error.details.map(({ message }) => decodeRefusal(message));
  return refusals.find((refusal) => refusal !== null) ?? null;
}
