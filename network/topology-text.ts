import { isMap, isScalar, parseDocument, stringify, type YAMLMap } from 'yaml';
import { parseTopology, type Topology } from './topology.js';

const HEADER = `# The settings of a network. Every section may be left out at the first start: its default is then used.
# Founders, orderer, channels, quorum, batch and capability are in the genesis blocks of the first start,
# checkingHeight in everything attested: changed afterwards, they are refused. Domains may be added, and not taken away.

`;

const flow = (value: string | number): string => stringify(value, { lineWidth: 0 }).trim();
const list = (items: readonly string[]): string => `[${items.map(flow).join(', ')}]`;
const mapping = (value: object): string =>
  `{ ${Object.entries(value)
    .map(
      ([name, item]: [string, string | number | object]) =>
        `${name}: ${typeof item === 'object' ? mapping(item) : flow(item)}`,
    )
    .join(', ')} }`;

/** The text of a topology file with every setting and what it means. */
export function topologyText(topology: Topology): string {
  return HEADER + settingsText(topology);
}

function settingsText(topology: Topology): string {
  const { organisations, orderer, domains, channels, batch } = topology;
  const { mspId, domain, host, port, consensus, nodes } = orderer;
  const { maxMessages, timeout, preferredMaxBytes, absoluteMaxBytes } = batch;
  return `# At least two. \`domain\` is the DNS name under which the organisation's certificates are issued.
# One that joins later is added with \`founder: false\`, and one that an update has removed is given \`left: true\`.
organisations:
${organisations.map((organisation) => `  - ${mapping(organisation)}`).join('\n')}

# The organisation of the ordering service. Host and port are the names that are in the channel
# configuration; where the nodes of a network on this machine listen is decided when it first starts.
# On real Fabric \`consensus\` may be bft (with capability V3_0 and four nodes or more), and there may be more
# nodes: orderer2.<domain> and so on. The embedded network has one.
orderer:
  ${mapping({ mspId, domain, host, port, consensus, nodes })}

# One chaincode, and one business node per organisation, each.
domains: ${list(domains)}

channels: ${mapping(channels)}

# Blocks of the main channel in one checking cycle.
checkingHeight: ${topology.checkingHeight}

# How long the member whose turn it is to seal a cycle is waited for, in seconds: after t1 it is warned, after t2 the next one does it.
checking: ${mapping(topology.checking)}

# How many organisations must agree: at least max(2, floor(n/2)+1), which is also the default.
quorum: ${topology.quorum}

# When the orderer cuts a block: after this many transactions, this long after the first, or this many bytes.
batch: ${mapping({ maxMessages, timeout, preferredMaxBytes, absoluteMaxBytes })}

# \`together\`: one process for all business nodes of an organisation; \`separate\`: one process each.
businessNodes: ${topology.businessNodes}

# Channel capability: V2_0 (Fabric 2.5 and 3.x) or V3_0 (Fabric 3.x alone, and needed for bft).
capability: ${topology.capability}
`;
}

/**
 * The text of a topology file with the settings that it leaves out added, each with its default and what it means, so that
 * a later change of one section loses nothing of the others. `where` names the file in errors. Throws `TOPOLOGY`.
 */
export function completeTopologyText(text: string, where: string): string {
  const settings = settingsText(parseTopology(text, where));
  const whole = parseDocument(settings);
  const given = parseDocument(text);
  if (!isMap(given.contents) || !isMap(whole.contents)) return `${HEADER}${text}${settings}`;
  given.contents.flow = false;
  addMissing(given.contents, whole.contents);
  return HEADER + given.toString({ lineWidth: 0 });
}

function addMissing(given: YAMLMap, whole: YAMLMap): void {
  for (const pair of whole.items) {
    const own = given.get(pair.key, true);
    const isLeftOut = own === undefined || (isScalar(own) && own.value === null);
    if (isMap(own) && isMap(pair.value)) addMissing(own, pair.value);
    if (!isLeftOut) continue;
    given.delete(pair.key);
    given.add(pair);
  }
}
