import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConnectionGate } from './connection-gate.js';
import { TokenBucket } from './token-bucket.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A gate of two handshakes at once and ten a second after them, where three can wait; it notes what it does. */
function gateWithNotes() {
  const gate = new ConnectionGate(new TokenBucket(2, 10), 3);
  const notes: string[] = [];
  const arrive = (address: string, name = address) =>
    gate.arrive({
      address,
      start: () => notes.push(`${name} starts`),
      drop: () => notes.push(`${name} is dropped`),
    });
  return { gate, notes, arrive };
}

describe('a gate of connections', () => {
  it('lets known callers through as fast as they come', () => {
    const { gate, notes, arrive } = gateWithNotes();
    for (let i = 0; i < 100; i++) {
      arrive('a');
      gate.wasKnown();
    }
    expect(notes).toHaveLength(100);
  });

  it('lets strangers through as the bucket fills, in their order', () => {
    const { gate, notes, arrive } = gateWithNotes();
    for (const name of ['1', '2', '3', '4']) arrive('a', name);
    expect(notes).toEqual(['1 starts', '2 starts']);
    expect(gate.isPressed).toBe(true);
    jest.advanceTimersByTime(110);
    expect(notes.slice(2)).toEqual(['3 starts']);
    jest.advanceTimersByTime(110);
    expect(notes.slice(3)).toEqual(['4 starts']);
    jest.advanceTimersByTime(1000);
    expect(gate.isPressed).toBe(false);
  });

  it('lets the next one in when a caller turns out to be known', () => {
    const { gate, notes, arrive } = gateWithNotes();
    for (const name of ['1', '2', '3']) arrive('a', name);
    gate.wasKnown();
    expect(notes).toEqual(['1 starts', '2 starts', '3 starts']);
  });

  it('drops the first of the longest line where too many wait: no address crowds out another', () => {
    const { notes, arrive } = gateWithNotes();
    for (const name of ['1', '2']) arrive('many', name);
    arrive('few');
    for (const name of ['3', '4', '5', '6']) arrive('many', name);
    expect(notes).toEqual(['1 starts', '2 starts', '3 is dropped', '4 is dropped']);
    jest.advanceTimersByTime(1000);
    expect(notes.slice(4).sort()).toEqual(['5 starts', '6 starts', 'few starts']);
  });

  it('drops all that wait when it closes', () => {
    const { gate, notes, arrive } = gateWithNotes();
    for (const name of ['1', '2', '3']) arrive('a', name);
    gate.close();
    jest.advanceTimersByTime(1000);
    expect(notes).toEqual(['1 starts', '2 starts', '3 is dropped']);
  });
});
