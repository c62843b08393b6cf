import { CotraceError, parseStrictJson, readOrNull, Shape, utf8, type ErrorDetail } from '@cotrace/core';

/** Why the contracts refuse: clients decide on these words, never on the sentence beside them. */
export const REFUSAL_CODES = [
  'BAD_ARGUMENT',
  'BAD_DATA',
  'BAD_DEFINITION',
  'BAD_HINTS',
  'BAD_RECORD',
  'BAD_TRACE_ID',
  'BEHIND',
  'CLOCK',
  'CONFLICT',
  'DIFFERS',
  'DUPLICATE',
  'NOT_ALLOWED',
  'NOT_DEFINED',
  'NOT_DIRECT',
  'NOT_FOUND',
  'NOT_MEMBER',
  'NOT_NEXT',
  'RECORDED',
  'SEALED',
  'STALE',
  'TOO_EARLY',
  'TOO_LARGE',
  'UNKNOWN_FUNCTION',
  'UNKNOWN_RULES',
  'UNKNOWN_STEP',
  'WRONG_DOMAIN',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** `code` as the code of a refusal; null where it is none. */
export function refusalCode(code: unknown): RefusalCode | null {
  return REFUSAL_CODES.find((word) => word === code) ?? null;
}

/** What a client reads of a refusal: the JSON object `{code, message, detail}`. */
export interface RefusalBody {
  readonly code: RefusalCode;
  readonly message: string;
  readonly detail: ErrorDetail;
}

/** A refusal of a contract. `detail` is plain JSON, equal on every endorser. */
export class Refusal extends CotraceError implements RefusalBody {
  override readonly name = 'Refusal';
  declare readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string, detail: ErrorDetail = {}, cause?: unknown) {
    super(code, message, detail, cause);
  }
}

/**
 * Most bytes of a refusal's text. A gateway returns it in a gRPC trailer, once per endorser and in base64, and clients
 * take 64 KiB of headers (Node) or less.
 */
export const MAX_REFUSAL_BYTES = 4096;

/** Below the limit even if every character must be escaped, at six bytes each. */
const MAX_SHORT_MESSAGE = 600;

/**
 * The text in which a refusal travels, as the message of Fabric's error response. Where it would be too long, its
 * message is cut and its detail is `{truncated: true}`.
 */
export function encodeRefusal({ code, message, detail }: RefusalBody): string {
  const text = stringify({ code, message, detail });
  if (utf8(text).length <= MAX_REFUSAL_BYTES) return text;
  return stringify({ code, message: message.slice(0, MAX_SHORT_MESSAGE), detail: { truncated: true } });
}

// A text cut out of the client's may end in half a character, which strict readers of JSON refuse.
function stringify(body: RefusalBody): string {
  return JSON.stringify(body, (_name, value: unknown) =>
    typeof value === 'string' ? value.replaceAll(/\p{Surrogate}/gu, '\ufffd') : value,
  );
}

/**
 * The refusal in a message from a peer, or null if the message is something else (Fabric's own failure).
 * Takes the bare text and the form in which a gateway reports it,
 * `chaincode response 500, {…}` (Fabric, internal/pkg/gateway/apiutils.go).
 */
export function decodeRefusal(message: string): RefusalBody | null {
  const text = message.replace(/^chaincode response \d{3}, /, '');
  // Any other message of Fabric is of another form: that is an answer here, not a failure.
  return readOrNull(() => {
    const body = new Shape(parseStrictJson(text, MAX_REFUSAL_BYTES), { code: 'BAD_ARGUMENT' });
    return {
      code: body.at('code').oneOf(REFUSAL_CODES),
      message: body.at('message').text(),
      detail: body.at('detail').object(),
    };
  });
}
