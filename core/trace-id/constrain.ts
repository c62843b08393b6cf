import type { Gs1Identifier } from './gs1-identifier.js';

/** What an identifier stands for: products of one kind, a lot of them, or one thing. */
export type Nature = 'class' | 'lot' | 'instance';

/**
 * The keys of which CBV 2.0 (section 8.9.2) keeps the finest level of identification alone, with their qualifiers, the
 * finest first. Other keys keep all that they have.
 */
const FINEST: ReadonlyMap<string, readonly string[]> = new Map([
  ['00', []],
  ['01', ['21', '235', '10']],
  ['253', []],
  ['255', []],
  ['401', []],
  ['402', []],
  ['414', ['254']],
  ['417', []],
  ['8003', []],
  ['8004', []],
  ['8006', ['21', '10']],
  ['8010', ['8011']],
  ['8017', []],
  ['8018', []],
]);

/** Whether CBV lists the key, so that the event hash has its canonical link. */
export function isHashed({ ai }: Gs1Identifier): boolean {
  return FINEST.has(ai);
}

/** The identifier as the event hash has it: with the finest of its qualifiers. */
export function constrain(identifier: Gs1Identifier): Gs1Identifier {
  const order = FINEST.get(identifier.ai);
  if (order === undefined) return identifier;
  const finest = order.find((ai) => identifier.qualifiers.some((qualifier) => qualifier.ai === ai));
  return { ...identifier, qualifiers: identifier.qualifiers.filter(({ ai }) => ai === finest) };
}

/** What identifies of a constrained identifier: an extension of 0 says that a location has none (Tag Data Standard 2.0, section 6.3.3). */
export function identifying(constrained: Gs1Identifier): Gs1Identifier {
  const { ai, qualifiers } = constrained;
  if (ai !== '414') return constrained;
  return { ...constrained, qualifiers: qualifiers.filter(({ value }) => value !== '0') };
}

/** Keys that name a kind of thing until a serial part of their own is behind it, with the characters before that part. */
const WITHOUT_SERIAL: ReadonlyMap<string, number> = new Map([
  ['253', 13],
  ['255', 13],
  ['8003', 14],
]);

/** The nature of an identifier that is as `identifying` leaves it. */
export function natureOf({ ai, value, qualifiers }: Gs1Identifier): Nature {
  const [finest] = qualifiers;
  if (ai === '01' || ai === '8006') {
    if (finest === undefined) return 'class';
    return finest.ai === '10' ? 'lot' : 'instance';
  }
  if (ai === '8010') return finest === undefined ? 'class' : 'instance';
  return ai === '8013' || value.length === WITHOUT_SERIAL.get(ai) ? 'class' : 'instance';
}

/** Whether a lot beside the identifier is that of one item: see `identify`. */
export function isSerialised(identifier: Gs1Identifier): boolean {
  return (identifier.ai === '01' || identifier.ai === '8006') && natureOf(identifier) === 'instance';
}
