const GROUP = /^[0-9A-Fa-f]{1,4}$/;
const BYTE = /^(?:0|[1-9][0-9]{0,2})$/;
const GROUPS = 8;
/** The longest text of an address; longer ones are refused unread. */
const MAX_LENGTH = 45;

/** Whether a text is an IPv6 address, without a zone. Source: Go 1.26 net/netip `parseIPv6`. */
export function isIPv6(text: string): boolean {
  if (text.length > MAX_LENGTH) return false;
  const [before = '', after, more] = text.split('::');
  const tail = groupsOf(after ?? before);
  const head = after === undefined || before === '' ? [] : before.split(':');
  if (more !== undefined || tail === null || !head.every((group) => GROUP.test(group))) return false;
  const count = head.length + tail;
  return after === undefined ? count === GROUPS : count < GROUPS;
}

/** How many groups of 16 bits the end of an address holds, of which the last two may be written as IPv4. */
function groupsOf(text: string): number | null {
  if (text === '') return 0;
  const groups = text.split(':');
  const last = groups.pop() ?? '';
  if (!groups.every((group) => GROUP.test(group))) return null;
  if (GROUP.test(last)) return groups.length + 1;
  return isIPv4(last) ? groups.length + 2 : null;
}

function isIPv4(text: string): boolean {
  const fields = text.split('.');
  return fields.length === 4 && fields.every((field) => BYTE.test(field) && Number(field) < 256);
}
