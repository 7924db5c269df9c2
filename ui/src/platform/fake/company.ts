// A company that exists nowhere: what the pretend platform pretends about.
import type { FindingView, MailboxNote } from '../types';

interface Person {
  name: string;
  address: string;
  kind: string;
  note: MailboxNote | null;
  items: number;
  megabytes: number;
  skipped: number;
}

export const company = { name: 'Nordvik Bygg AB', domain: 'nordvik.example', notify: 'it@nordvik.example' };

const person = (
  name: string,
  local: string,
  items: number,
  megabytes: number,
  more: Partial<Pick<Person, 'kind' | 'note' | 'skipped'>> = {},
): Person => ({
  name,
  address: `${local}@${company.domain}`,
  kind: more.kind ?? 'UserMailbox',
  note: more.note ?? null,
  items,
  megabytes,
  skipped: more.skipped ?? 0,
});

export const people: readonly Person[] = [
  person('Göran Wikström', 'goran.wikstrom', 18204, 4600, { note: 'Protected' }),
  person('Örjan Hällgren', 'orjan.hallgren', 8804, 2644, { skipped: 2 }),
  person('Siv Jönsson', 'siv.jonsson', 5118, 1203),
  person('Märta Ågren', 'marta.agren', 6602, 1210),
  person('Håkan Sjögren', 'hakan.sjogren', 21870, 6900),
  person('Åsa Öhrström', 'asa.ohrstrom', 15902, 2960, { skipped: 1 }),
  person('Björn Lindqvist', 'bjorn.lindqvist', 14377, 3600),
  person('Karin Dahlström', 'karin.dahlstrom', 9145, 1890),
  person('Lars-Erik Nyström', 'lars-erik.nystrom', 11236, 2700),
  person('Gunilla Bäckström', 'gunilla.backstrom', 15994, 4200),
  person('Ann-Sofie Hägg', 'ann-sofie.hagg', 7420, 1500),
  person('Konferensrum Tallen', 'tallen', 590, 42, { kind: 'RoomMailbox' }),
  person('Konferensrum Älgen', 'algen', 410, 31, { kind: 'RoomMailbox' }),
  person('Order', 'order', 12055, 2105, { kind: 'SharedMailbox', note: 'Hidden' }),
  person('Per Månsson', 'per.mansson', 13650, 4018, { note: 'MailUserMissing' }),
];

/** The findings of the checks, in the order of what missing them costs. */
export function findings(at: string): FindingView[] {
  const base = { fixer: 'You', command: null, checkedAt: at };
  return [
    {
      ...base,
      check: 'DirectorySync',
      severity: 'Pass',
      code: 'ok',
      values: { minutes: '6' },
      evidence: [{ label: 'onPremisesSyncEnabled', value: 'true' }],
    },
    {
      ...base,
      check: 'DirectoryReadable',
      severity: 'Pass',
      code: 'ok',
      values: { count: String(people.length) },
      fixer: 'ServerAdmin',
      evidence: [{ label: 'homeMDB', value: `${people.length} objects` }],
    },
    {
      ...base,
      check: 'DomainVerified',
      severity: 'Warn',
      code: 'unverified',
      values: { domains: 'nordvik.local' },
      evidence: [
        { label: 'nordvik.example', value: 'verified' },
        { label: 'nordvik.local', value: 'not an accepted domain' },
      ],
    },
    {
      ...base,
      check: 'MailUserExists',
      severity: 'Fail',
      code: 'missing',
      values: { count: '1', addresses: 'per.mansson@nordvik.example' },
      evidence: [
        { label: 'Searched', value: 'mail, proxyAddresses' },
        { label: 'Missing', value: 'per.mansson@nordvik.example' },
      ],
      command: 'Start-ADSyncSyncCycle -PolicyType Delta',
    },
    {
      ...base,
      check: 'SourceOpens',
      severity: 'Pass',
      code: 'ok',
      values: { count: String(people.length) },
      fixer: 'ServerAdmin',
      evidence: [{ label: 'INBOX', value: `${people.length} of ${people.length}` }],
    },
    {
      ...base,
      check: 'TargetAddressWritable',
      severity: 'Fail',
      code: 'refused',
      values: { count: '1', addresses: 'goran.wikstrom@nordvik.example' },
      fixer: 'ServerAdmin',
      evidence: [
        { label: 'allowedAttributesEffective', value: 'targetAddress not among them' },
        { label: 'adminCount', value: '1' },
      ],
      command: "Get-ADUser goran.wikstrom -Properties adminCount,memberOf",
    },
    {
      ...base,
      check: 'SourceEndpoint',
      severity: 'Pass',
      code: 'ok',
      values: { host: '127.0.0.1', protocol: 'IMAP4rev1' },
      fixer: 'ServerAdmin',
      evidence: [{ label: 'Greeting', value: 'The Microsoft Exchange IMAP4 service is ready' }],
    },
    {
      ...base,
      check: 'TargetEndpoint',
      severity: 'Pass',
      code: 'ok',
      values: { host: '127.0.0.1', protocol: 'IMAP4rev1, XOAUTH2' },
      fixer: 'Microsoft',
      evidence: [{ label: 'AUTH', value: 'XOAUTH2' }],
    },
    {
      ...base,
      check: 'Licences',
      severity: 'Pass',
      code: 'ok',
      values: { free: '25', needed: String(people.length) },
      evidence: [{ label: 'prepaidUnits', value: '25' }],
    },
  ];
}
