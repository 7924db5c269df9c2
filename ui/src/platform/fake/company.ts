// A company that exists nowhere: what the pretend platform pretends about.
import type { DirectoryView, FindingView, MailboxNote } from '../types';

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
  const base = { fixer: 'You', command: null, checkedAt: at, ofBefore: false };
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
    {
      ...base,
      check: 'MailboxGuidNotSynced',
      severity: 'Pass',
      code: 'ok',
      values: { count: String(people.length) },
      evidence: [{ label: 'ExchangeGuid', value: '00000000-0000-0000-0000-000000000000' }],
    },
    {
      ...base,
      check: 'NoProvisioningErrors',
      severity: 'Pass',
      code: 'ok',
      values: { count: String(people.length) },
      fixer: 'ServerAdmin',
      evidence: [{ label: 'onPremisesProvisioningErrors', value: '0' }],
    },
    {
      ...base,
      check: 'NoDeletedTwin',
      severity: 'Warn',
      code: 'twin',
      values: { count: '1', addresses: 'order@nordvik.example' },
      evidence: [
        {
          label: 'order@nordvik.example',
          value: 'Order: soft-deleted 2026-11-10, same address, 5f0c2a71-7d0e-4c39-9a44-0d2b6c1f8e35',
        },
      ],
      command: [
        "Get-Mailbox -SoftDeletedMailbox -Identity '5f0c2a71-7d0e-4c39-9a44-0d2b6c1f8e35' | Format-List DisplayName,EmailAddresses,WhenSoftDeleted",
        "# New-MailboxRestoreRequest -SourceMailbox '5f0c2a71-7d0e-4c39-9a44-0d2b6c1f8e35' -TargetMailbox 'order@nordvik.example' -AllowLegacyDNMismatch",
        "# Remove-Mailbox -Identity '5f0c2a71-7d0e-4c39-9a44-0d2b6c1f8e35' -PermanentlyDelete",
      ].join('\n'),
    },
    {
      ...base,
      check: 'MailboxOnOneSide',
      severity: 'Pass',
      code: 'ok',
      values: { count: String(people.length) },
      evidence: [{ label: 'RecipientTypeDetails', value: 'MailUser' }],
    },
    {
      ...base,
      check: 'ImapEnabled',
      severity: 'Pass',
      code: 'ok',
      values: { count: '0' },
      evidence: [{ label: 'Get-CASMailboxPlan', value: 'ImapEnabled: True' }],
    },
  ];
}

/** The old directory, as far as a picture of it needs. */
export function directory(readAt: string): DirectoryView {
  const line = (label: string, value: string) => ({ label, value });
  const kinds = new Map<string, number>();
  for (const { kind } of people) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return {
    readAt,
    connection: {
      domainController: 'SRV-DC01.nordvik.local',
      endpoint: 'ldaps://srv-dc01.nordvik.local:636',
      account: 'NORDVIK\\migrering',
      tls: 'TLS 1.2',
      issuer: 'CN=Nordvik Root CA',
      validUntil: '2027-03-03T00:00:00Z',
      fingerprint: '9f3c1b6a2d70e4f58a91c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f50617',
    },
    organization: 'Nordvik',
    domain: 'nordvik.local',
    domainLevel: 2,
    forestLevel: 2,
    schemaVersion: 14625,
    servers: [{ name: 'SRV-MAIL01', serialNumber: 'Version 8.3 (Build 30083.6)', version: 'Exchange2007', roles: 38 }],
    acceptedDomains: [
      { name: company.domain, authoritative: true, verified: true },
      { name: 'nordvik.local', authoritative: true, verified: false },
    ],
    upnSuffixes: ['nordvik.local', company.domain],
    mailboxes: Object.fromEntries(kinds),
    others: [
      { kind: 'Group', name: 'Alla', address: `alla@${company.domain}` },
      { kind: 'Group', name: 'Ledningsgruppen', address: `ledning@${company.domain}` },
      { kind: 'DynamicGroup', name: 'Kontoret', address: `kontoret@${company.domain}` },
      { kind: 'MailContact', name: 'Revisor', address: 'revisor@bokslut.example' },
    ],
    findings: [
      {
        code: 'unverifiedDomain',
        severity: 'Fail',
        fixer: 'DnsHost',
        evidence: [line(`per.mansson@${company.domain}`, 'per.mansson@nordvik.local'), line(`order@${company.domain}`, 'order@nordvik.local')],
        command: `Get-Mailbox -Identity 'per.mansson@${company.domain}' | Format-List EmailAddresses`,
      },
      {
        code: 'protected',
        severity: 'Warn',
        fixer: 'ServerAdmin',
        evidence: [line(`goran.wikstrom@${company.domain}`, 'adminCount 1')],
        command: `Get-ADPermission -Identity 'goran.wikstrom@${company.domain}' | Where-Object { $_.Deny }`,
      },
      { code: 'hidden', severity: 'Warn', fixer: 'You', evidence: [line(`order@${company.domain}`, '')], command: null },
      { code: 'dynamicGroup', severity: 'Warn', fixer: 'You', evidence: [line('Kontoret', `kontoret@${company.domain}`)], command: null },
    ],
  };
}
