import { expect, test } from 'vitest';

import type { MailboxNote, MailboxRow } from '../../platform/types';
import { suggestPilot } from './pilot';

const row = (address: string, kind = 'UserMailbox', note: MailboxNote | null = null): MailboxRow => ({
  address,
  name: address,
  kind,
  chosen: false,
  pilot: false,
  batch: null,
  note,
});

const company = [
  row('a'),
  row('b', 'UserMailbox', 'Protected'),
  row('c'),
  row('room', 'RoomMailbox'),
  row('d'),
  row('shared', 'SharedMailbox'),
  row('e', 'UserMailbox', 'MailUserMissing'),
  row('f'),
];

test('a pilot is two people and a room, none with a reservation', () => {
  expect(suggestPilot(company, 0)).toEqual(['a', 'c', 'room']);
});

test('another suggestion has other mailboxes in it', () => {
  expect(suggestPilot(company, 1)).toEqual(['d', 'f', 'shared']);
});

test('a company of people alone still gets a pilot', () => {
  expect(suggestPilot([row('a'), row('b'), row('c')], 0)).toEqual(['a', 'b']);
  expect(suggestPilot([row('a')], 0)).toEqual(['a']);
  expect(suggestPilot([], 0)).toEqual([]);
});

test('whoever is in a batch already is not suggested', () => {
  expect(suggestPilot([{ ...row('a'), batch: 'Pilot' }, row('b'), row('c')], 0)).toEqual(['b', 'c']);
});
