import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { CotraceError } from '@cotrace/core';
import { common, decode, UNPARSABLE } from '@cotrace/fabric-model';
import { messageOf } from './rpc-error.js';

/** Decodes a message; a failure says which, as `protoutil/unmarshalers.go`. Throws `BAD_MESSAGE`. */
export function unmarshal<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    return decode(schema, bytes);
  } catch (cause) {
    throw new CotraceError('BAD_MESSAGE', `error unmarshalling ${schema.name}: ${UNPARSABLE}`, {}, cause);
  }
}

/** The channel header of a payload (`ChannelHeader` of protoutil/commonutils.go). Throws `BAD_MESSAGE`, in Fabric's words. */
export function channelHeaderOf({ header }: common.Payload): common.ChannelHeader {
  if (header === undefined) throw new CotraceError('BAD_MESSAGE', 'header not set');
  if (header.channelHeader.length === 0) throw new CotraceError('BAD_MESSAGE', 'channel header not set');
  try {
    return unmarshal(common.ChannelHeaderSchema, header.channelHeader);
  } catch (cause) {
    throw new CotraceError(
      'BAD_MESSAGE',
      `error unmarshalling channel header: ${messageOf(cause)}`,
      {},
      cause,
    );
  }
}

/** Who signed an envelope (`EnvelopeAsSignedData` of protoutil/signeddata.go). Throws `BAD_MESSAGE`, in Fabric's words. */
export function creatorOf({ header }: common.Payload): Uint8Array {
  try {
    return decode(common.SignatureHeaderSchema, header?.signatureHeader ?? new Uint8Array()).creator;
  } catch (cause) {
    const reason = `GetSignatureHeaderFromBytes failed, err ${UNPARSABLE}`;
    throw new CotraceError('BAD_MESSAGE', `could not convert message to signedData: ${reason}`, {}, cause);
  }
}
