import type { Chance } from './chance.js';
import type { Thing } from './things.js';

const SHORT_NAMES: Readonly<Record<string, string>> = {
  '00': 'sscc',
  '01': 'gtin',
  '253': 'gdti',
  '255': 'gcn',
  '401': 'ginc',
  '402': 'gsin',
  '410': 'shipTo',
  '411': 'billTo',
  '412': 'purchasedFrom',
  '413': 'shipFor',
  '414': 'gln',
  '415': 'payTo',
  '416': 'glnProd',
  '417': 'party',
  '8003': 'grai',
  '8004': 'giai',
  '8006': 'itip',
  '8010': 'cpid',
  '8013': 'gmn',
  '8017': 'gsrnp',
  '8018': 'gsrn',
  '22': 'cpv',
  '10': 'lot',
  '21': 'ser',
  '235': 'tpx',
  '254': 'glnx',
  '8020': 'refno',
  '8011': 'cpsn',
  '8019': 'srin',
};

/** A way to write a thing: an EPC URN where one names it, else a Digital Link. */
export function someSpelling(chance: Chance, thing: Thing): string {
  const urn = chance.once(2) ? someUrn(chance, thing) : null;
  const text = urn ?? someLink(chance, thing);
  return chance.once(8) ? ` ${text}\n` : text;
}

function someCase(chance: Chance, text: string): string {
  return chance.of([text, text, text.toUpperCase(), text.toLowerCase()]);
}

/** Escapes what must not be as it is, and of the rest what chance takes. */
function escaped(chance: Chance, text: string, must: string): string {
  const often = chance.of([1, 4, 1000]);
  return Array.from(text, (c) => {
    if (!must.includes(c) && !chance.once(often)) return c;
    return someCase(chance, `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
  }).join('');
}

function someLink(chance: Chance, { ai, value, qualifiers }: Thing): string {
  const own = chance.once(2);
  const host = own
    ? chance.of(['id.gs1.org', 'ID.GS1.org', 'id.gs1.org.', 'u@id.gs1.org:8443', 'id.gs1.org:'])
    : chance.of(['x.example', '[::1]:80', 'id.gs1.de', 'id.gs1.org@x.example']);
  const stem = own ? '' : chance.of(['', '', '/p', '/a/b%2F', '/01', '/./x/..', '//']);
  const name = (text: string): string => {
    const plain = chance.once(2) ? text : someCase(chance, SHORT_NAMES[text] ?? text);
    return own ? plain : escaped(chance, plain, '');
  };
  const unpadded = ai === '01' ? unpaddedGtins(value) : [value];
  const parts: (readonly [string, string])[] = [[ai, chance.of(unpadded)], ...chance.shuffled(qualifiers)];
  const path = parts.map(([part, text]) => `/${name(part)}/${escaped(chance, text, '%/?#"<>')}`).join('');
  const tail = chance.of(['', '', '/', '?', '?17=261231', '/?10=OTHER&linkType=all', '?21=OTHER#part', '#x']);
  return `${someCase(chance, chance.of(['http', 'https']))}://${host}${stem}${path}${tail}`;
}

function unpaddedGtins(gtin: string): string[] {
  return [
    gtin,
    ...[13, 12, 8]
      .map((length) => gtin.slice(14 - length))
      .filter((short) => short.padStart(14, '0') === gtin),
  ];
}

/** The URN of a thing; null where there is none. It says nothing of what does not identify. */
function someUrn(chance: Chance, { ai, value, qualifiers }: Thing): string | null {
  const found = new Map(qualifiers);
  const prefix = 6 + chance.below(7);
  const [scheme, ...fields] = urnParts(ai, value, found, prefix) ?? [];
  if (scheme === undefined) return null;
  const body = fields.map((field, i) =>
    scheme.startsWith('idpat') && i === fields.length - 1 ? field : escaped(chance, field, '%"&/<>?#'),
  );
  return `${someCase(chance, `urn:epc:${scheme}:`)}${body.join('.')}`;
}

function urnParts(
  ai: string,
  value: string,
  found: ReadonlyMap<string, string>,
  prefix: number,
): string[] | null {
  const whole = (digits: string): string[] => [digits.slice(0, prefix), digits.slice(prefix)];
  const indicator = (digits: string): string[] => [
    digits.slice(1, 1 + prefix),
    digits.slice(0, 1) + digits.slice(1 + prefix, -1),
  ];
  const [serial, lot, third] = [found.get('21'), found.get('10'), found.get('235')];
  switch (ai) {
    case '00':
      return ['id:sscc', ...indicator(value)];
    case '01':
      if (serial !== undefined) return ['id:sgtin', ...indicator(value), serial];
      if (third !== undefined) return ['id:upui', ...indicator(value), third];
      return lot === undefined
        ? ['idpat:sgtin', ...indicator(value), '*']
        : ['class:lgtin', ...indicator(value), lot];
    case '8006':
      if (serial === undefined && lot !== undefined) return null;
      return [
        serial === undefined ? 'idpat:itip' : 'id:itip',
        ...indicator(value.slice(0, 14)),
        value.slice(14, 16),
        value.slice(16),
        serial ?? '*',
      ];
    case '253':
      return ownSerial('gdti', whole(value.slice(0, 12)), value.slice(13));
    case '255':
      return ownSerial('sgcn', whole(value.slice(0, 12)), value.slice(13));
    case '8003':
      return ownSerial('grai', whole(value.slice(1, 13)), value.slice(14));
    case '401':
      return ['id:ginc', ...whole9(value, prefix)];
    case '8004':
      return ['id:giai', ...whole9(value, prefix)];
    case '402':
      return ['id:gsin', ...whole(value.slice(0, -1))];
    case '414':
      return ['id:sgln', ...whole(value.slice(0, -1)), found.get('254') ?? '0'];
    case '417':
      return ['id:pgln', ...whole(value.slice(0, -1))];
    case '8010':
      return [found.has('8011') ? 'id:cpi' : 'idpat:cpi', ...whole9(value, prefix), found.get('8011') ?? '*'];
    case '8017':
      return ['id:gsrnp', ...whole(value.slice(0, -1))];
    case '8018':
      return ['id:gsrn', ...whole(value.slice(0, -1))];
    default:
      return null;
  }
}

function ownSerial(name: string, fields: readonly string[], serial: string): string[] {
  return serial === '' ? [`idpat:${name}`, ...fields, '*'] : [`id:${name}`, ...fields, serial];
}

/** A value that begins with nine digits: the company prefix has 6 to 9 of them. */
function whole9(value: string, prefix: number): string[] {
  const length = Math.min(prefix, 9);
  return [value.slice(0, length), value.slice(length)];
}
