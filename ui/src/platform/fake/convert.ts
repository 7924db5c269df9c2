// A pretend conversion: it follows the life of a real one, mailbox by mailbox, without chance.
import type {
  AttributeDiff,
  AttributeValue,
  ConversionFacts,
  ConvertRun,
  ConvertRunKind,
  ConvertState,
  ConvertUser,
  ConvertView,
  DryRun,
  GateView,
  MigrationUserView,
  ProofView,
  SequenceStep,
  SkippedItemView,
} from '../types';
import { people } from './company';
import type { FakeRun } from './run';

/** Simulated milliseconds that a mailbox takes. */
const ONE_MS: Record<ConvertRunKind, number> = { Checking: 40, BackingUp: 120, Converting: 900, Proving: 900, Undoing: 600 };
const DAY_MS = 86_400_000;
const RETENTION_DAYS = 30;

const SERVER_WORDS = 'the account may not write homeMDB, homeMTA, msExchHomeServerName';
/** The mailbox whose account is protected: the directory refuses to change it once. */
const PROTECTED = 'goran.wikstrom';

interface Life {
  examined: boolean;
  signed: boolean;
  backedUpAt: number | null;
  convertedAt: number | null;
  provedAt: number | null;
  undoneAt: number | null;
  failed: boolean;
  attempts: number;
}

interface Work {
  kind: ConvertRunKind;
  queue: number[];
  total: number;
  done: number;
  failed: number;
  inOne: number;
  startedAt: number;
  stopping: boolean;
  /** Whether what was converted is proved at once. */
  prove: boolean;
}

const iso = (at: number) => new Date(at).toISOString();
const local = (address: string) => address.split('@')[0] ?? address;
const text = (value: string): AttributeValue => ({ text: value, bytes: value.length });
const ACCOUNT = 'NORDVIK\\migrering';
const ready = ['Synced', 'Converting', 'Completed', 'CompletedWithWarnings'];

export class FakeConversion {
  #run: FakeRun;
  #lives = new Map<number, Life>();
  #checkedAt: number | null = null;
  #work: Work | null = null;

  constructor(run: FakeRun) {
    this.#run = run;
  }

  get running(): boolean {
    return this.#work !== null;
  }

  #users(): MigrationUserView[] {
    return this.#run.view().users.filter((user) => ready.includes(user.status));
  }

  #life(id: number): Life {
    let life = this.#lives.get(id);
    if (!life) {
      life = {
        examined: false,
        signed: false,
        backedUpAt: null,
        convertedAt: null,
        provedAt: null,
        undoneAt: null,
        failed: false,
        attempts: 0,
      };
      this.#lives.set(id, life);
    }
    return life;
  }

  begin(kind: ConvertRunKind, users: readonly number[], at: number, prove = false): void {
    const queue = users.length > 0 ? [...users] : this.#users().map((user) => user.id);
    if (queue.length === 0 || this.#work) return;
    this.#work = { kind, queue, total: queue.length, done: 0, failed: 0, inOne: 0, startedAt: at, stopping: false, prove };
  }

  stop(): void {
    if (this.#work) this.#work.stopping = true;
  }

  sign(id: number): void {
    this.#life(id).signed = true;
  }

  advance(ms: number, at: number): void {
    const work = this.#work;
    if (!work) return;
    const id = work.queue[0];
    if (id === undefined || (work.stopping && work.inOne === 0)) {
      if (work.kind === 'Checking') this.#checkedAt = at;
      this.#work = null;
      return;
    }
    const user = this.#users().find((user) => user.id === id);
    if (work.kind === 'Converting' && user) this.#run.become(id, 'Converting');
    work.inOne += ms;
    if (work.inOne < ONE_MS[work.kind] && work.kind !== 'Checking') return;
    work.inOne = 0;
    work.queue.shift();
    work.done += 1;
    if (!this.#through(work, id, user?.address ?? '', at)) work.failed += 1;
    if (work.kind === 'Checking') this.advance(0, at);
  }

  #through(work: Work, id: number, address: string, at: number): boolean {
    const life = this.#life(id);
    switch (work.kind) {
      case 'Checking':
        life.examined = true;
        life.failed = false;
        return true;
      case 'BackingUp':
        life.backedUpAt = at;
        return true;
      case 'Converting':
        life.attempts += 1;
        life.failed = local(address) === PROTECTED && life.attempts === 1;
        this.#run.become(id, life.failed ? 'Synced' : 'Completed');
        if (life.failed) return false;
        life.convertedAt = at;
        life.undoneAt = null;
        if (work.prove) life.provedAt = at;
        return true;
      case 'Proving':
        life.provedAt = at;
        return true;
      case 'Undoing':
        this.#run.become(id, 'Synced');
        Object.assign(life, { convertedAt: null, provedAt: null, undoneAt: at });
        return true;
    }
  }

  /** Lets a story's chapters pass at once. */
  skipTo(chapter: 'backedUp' | 'proved' | 'converting' | 'converted', at: number): void {
    const users = this.#users();
    for (const { id } of users) Object.assign(this.#life(id), { examined: true, signed: true, backedUpAt: at - 14 * 60_000 });
    this.#checkedAt = at - 13 * 60_000;
    if (chapter === 'backedUp') {
      const unsigned = users.find((user) => user.itemsSkipped > 1);
      if (unsigned) this.#life(unsigned.id).signed = false;
      return;
    }
    const first = this.#first(users);
    const convert = (id: number, when: number) => {
      this.#run.become(id, 'Completed');
      Object.assign(this.#life(id), { convertedAt: when, provedAt: when });
    };
    if (first !== null) convert(first, at - 11 * 60_000);
    if (chapter === 'proved') return;
    const rest = users.map((user) => user.id).filter((id) => id !== first);
    if (chapter === 'converting') {
      this.begin('Converting', rest, at - 6_000, true);
      for (let step = 0; step < 11; step += 1) this.advance(500, at - 5_500 + step * 500);
      return;
    }
    rest.forEach((id, index) => {
      const user = users.find((user) => user.id === id);
      if (user && local(user.address) === PROTECTED) Object.assign(this.#life(id), { failed: true, attempts: 1 });
      else convert(id, at - 8 * 60_000 + index * 1000);
    });
    const undone = rest.at(-2);
    if (undone !== undefined) {
      this.#run.become(undone, 'Synced');
      Object.assign(this.#life(undone), { convertedAt: null, provedAt: null, undoneAt: at - 60_000 });
    }
  }

  #state(user: MigrationUserView, may: boolean): ConvertState {
    const life = this.#life(user.id);
    if (user.status === 'Converting') return 'Converting';
    if (life.provedAt !== null) return 'Proved';
    if (life.convertedAt !== null) return 'Converted';
    if (life.failed) return 'Failed';
    if (life.undoneAt !== null) return 'Undone';
    return may ? 'Ready' : 'NotYet';
  }

  #gates(user: MigrationUserView): GateView[] {
    const life = this.#life(user.id);
    const gate = (gate: string, state: string, code: string, detail = ''): GateView => ({ gate, state, code, detail });
    const asked = (name: string, code: string, detail = '') =>
      life.examined ? gate(name, 'Pass', code, detail) : gate(name, 'NotKnown', 'notAsked');
    return [
      gate('Synced', 'Pass', 'synced'),
      user.itemsSkipped === 0
        ? gate('SkippedSigned', 'Pass', 'nothingSkipped')
        : life.signed
          ? gate('SkippedSigned', 'Pass', 'signed', ACCOUNT)
          : gate('SkippedSigned', 'Fail', 'notSigned', String(user.itemsSkipped)),
      asked('CloudMailboxReadable', 'opens'),
      asked('ForwardingVerified', 'forwarding', `SMTP:${local(user.address)}@nordvikbygg.onmicrosoft.com`),
      life.backedUpAt !== null ? gate('BackupReadBack', 'Pass', 'readBack', `${user.name}.001.json`) : gate('BackupReadBack', 'NotKnown', 'notYet'),
      asked('Licensed', 'licensed'),
    ];
  }

  #proofs(user: MigrationUserView): ProofView[] {
    const life = this.#life(user.id);
    if (life.provedAt === null) return [];
    const who = local(user.address);
    const line = (label: string, value = '') => ({ label, value });
    return [
      { proof: 'ReadsBack', evidence: ['homeMDB', 'homeMTA', 'msExchHomeServerName', 'msExchMailboxGuid', 'proxyAddresses'].map((name) => line(name)) },
      {
        proof: 'FoundByAddresses',
        evidence: [
          line('proxyAddresses', `SMTP:${user.address}`),
          line('proxyAddresses', `x500:/o=ExchangeLabs/cn=Recipients/cn=52c1-${who}`),
          line('proxyAddresses', `x500:/o=Nordvik/cn=Recipients/cn=${who}`),
        ],
      },
      { proof: 'NoMailbox', evidence: [line('homeMDB')] },
      { proof: 'CloudOpens', evidence: [line('targetAddress', `SMTP:${who}@nordvikbygg.onmicrosoft.com`)] },
    ];
  }

  #first(users: readonly MigrationUserView[]): number | null {
    const simple = users.filter((user) => user.itemsSkipped === 0 && local(user.address) !== PROTECTED);
    return (simple[0] ?? users[0])?.id ?? null;
  }

  view(selected: number | null): ConvertView {
    const at = Date.now();
    const users = this.#users();
    const rows: ConvertUser[] = users.map((user) => {
      const life = this.#life(user.id);
      const gates = this.#gates(user);
      const refused = life.failed;
      const may = gates.every((gate) => gate.state === 'Pass' || gate.gate === 'BackupReadBack') && !refused;
      const converted = life.convertedAt;
      return {
        id: user.id,
        address: user.address,
        name: user.name,
        kind: people.find((one) => one.address === user.address)?.kind ?? 'UserMailbox',
        state: this.#state(user, may),
        gates,
        mayConvert: may && converted === null,
        cause: refused ? 'RightsMissing' : null,
        serverWords: refused ? SERVER_WORDS : null,
        syncedAt: user.lastProgressAt,
        backedUpAt: life.backedUpAt === null ? null : iso(life.backedUpAt),
        signedBy: life.signed ? ACCOUNT : null,
        provedAt: life.provedAt === null ? null : iso(life.provedAt),
        convertedAt: converted === null ? null : iso(converted),
        undoneAt: life.undoneAt === null ? null : iso(life.undoneAt),
        undoUntil: converted === null ? null : iso(converted + RETENTION_DAYS * DAY_MS),
        retentionDays: RETENTION_DAYS,
        proofs: this.#proofs(user),
      };
    });
    const proved = rows.some((row) => row.state === 'Proved');
    const one = rows.find((row) => row.convertedAt !== null);
    const first = proved ? null : (one?.id ?? this.#first(users));
    const waiting = rows.filter((row) => row.mayConvert && row.state !== 'Converting');
    const oldest = Math.min(...rows.flatMap((row) => (row.convertedAt ? [Date.parse(row.convertedAt)] : [])));
    return {
      run: this.#runView(users, at),
      checkedAt: this.#checkedAt === null ? null : iso(this.#checkedAt),
      users: rows,
      dryRun: selected === null ? null : this.#dryRun(selected),
      sequence: this.#sequence(rows, first, proved),
      first,
      next: (proved ? waiting : waiting.filter((row) => row.id === first)).map((row) => row.id),
      undo: {
        until: Number.isFinite(oldest) ? iso(oldest + RETENTION_DAYS * DAY_MS) : null,
        retentionDays: RETENTION_DAYS,
      },
    };
  }

  facts(): ConversionFacts | null {
    if (this.#checkedAt === null) return null;
    const { users, undo } = this.view(null);
    const many = (state: ConvertState) => users.filter((user) => user.state === state).length;
    return {
      mayConvert: users.filter((user) => user.mayConvert).length,
      failed: many('Failed'),
      proved: many('Proved'),
      running: this.running,
      undoUntil: undo.until,
      retentionDays: undo.retentionDays,
    };
  }

  #runView(users: readonly MigrationUserView[], at: number): ConvertRun | null {
    const work = this.#work;
    if (!work) return null;
    const elapsed = at - work.startedAt;
    const rate = work.done > 1 && elapsed > 0 ? (work.done / elapsed) * 60_000 : null;
    const left = rate === null ? null : ((work.total - work.done) / rate) * 60_000;
    return {
      kind: work.kind,
      done: work.done,
      failed: work.failed,
      total: work.total,
      current: users.find((user) => user.id === work.queue[0])?.address ?? null,
      stopping: work.stopping,
      startedAt: iso(work.startedAt),
      perMinute: rate === null ? null : Math.round(rate),
      expectedFrom: left === null ? null : iso(at + left * 0.8),
      expectedTo: left === null ? null : iso(at + left * 1.5),
    };
  }

  #sequence(rows: readonly ConvertUser[], first: number | null, proved: boolean): SequenceStep[] {
    const backedUp = rows.some((row) => row.gates.some((gate) => gate.gate === 'BackupReadBack' && gate.state === 'Pass'));
    const converted = rows.some((row) => row.convertedAt !== null);
    const all = rows.every((row) => row.convertedAt !== null);
    const name = rows.find((row) => row.id === first)?.name ?? null;
    const done = [backedUp, backedUp, converted, proved, all];
    const now = done.indexOf(false);
    const ids = ['BackUp', 'DryRun', 'ConvertOne', 'Prove', 'ConvertRest'] as const;
    return ids.map((step, index) => ({
      step,
      state: done[index] ? ('Done' as const) : index === now ? ('Now' as const) : ('Todo' as const),
      name: step === 'ConvertOne' || step === 'Prove' ? name : null,
    }));
  }

  #dryRun(id: number): DryRun | null {
    const user = this.#users().find((user) => user.id === id);
    if (!user) return null;
    const who = local(user.address);
    const gone = (attribute: string, was: AttributeValue): AttributeDiff => ({ attribute, was, becomes: null });
    const come = (attribute: string, becomes: string): AttributeDiff => ({ attribute, was: null, becomes: text(becomes) });
    const store = 'CN=Mailbox Database,CN=First Storage Group,CN=InformationStore,CN=SRV-MAIL01,CN=Servers,CN=Exchange Administrative Group (FYDIBOHF23SPDLT),DC=nordvik,DC=local';
    const org = '/o=Nordvik/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)';
    return {
      user: id,
      dn: `CN=${user.name},OU=Kontoret,DC=nordvik,DC=local`,
      written: this.#life(id).convertedAt !== null,
      removed: [
        gone('homeMDB', text(store)),
        gone('homeMTA', text('CN=Microsoft MTA,CN=SRV-MAIL01,CN=Servers,CN=Exchange Administrative Group (FYDIBOHF23SPDLT),DC=nordvik,DC=local')),
        gone('msExchHomeServerName', text(`${org}/cn=Configuration/cn=Servers/cn=SRV-MAIL01`)),
        gone('mDBUseDefaults', text('TRUE')),
        gone('msExchMailboxSecurityDescriptor', { text: null, bytes: 184 }),
      ],
      changed: [
        { attribute: 'msExchRecipientTypeDetails', was: text('1'), becomes: text('128') },
        { attribute: 'msExchRecipientDisplayType', was: text('1073741824'), becomes: text('6') },
        {
          attribute: 'msExchMailboxGuid',
          was: text('8f2c6a40-3be1-4f0e-9a55-0c1f7d2e91d0'),
          becomes: text('41b7d2c9-52c1-4c55-8a0d-77e0b4f16ae2'),
        },
      ],
      added: [
        come('proxyAddresses', `X500:/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=52c1-${who}`),
        come('proxyAddresses', `X500:${org}/cn=Recipients/cn=${who}`),
      ],
      untouched,
      serverWords: null,
    };
  }

  skipped(id: number): SkippedItemView[] {
    const user = this.#users().find((user) => user.id === id);
    if (!user) return [];
    const one = { address: user.address, folder: 'Inkorgen/Ritningar', subject: 'Ritningar till etapp 2', signedBy: null };
    const items: SkippedItemView[] = [
      { ...one, date: '2019-04-02T07:12:00Z', size: 171_000_000, reason: 'TooLarge', serverWords: 'NO Message size exceeds fixed limit' },
      { ...one, folder: 'Skickat', date: '2011-09-19T12:40:00Z', size: 4_812, reason: 'UnreadableInSource', serverWords: 'NO The message could not be rendered' },
    ];
    return items.slice(0, user.itemsSkipped);
  }
}

const untouched = [
  'accountExpires', 'badPwdCount', 'cn', 'company', 'department', 'displayName', 'distinguishedName', 'givenName', 'instanceType',
  'legacyExchangeDN', 'mail', 'mailNickname', 'memberOf', 'name', 'objectCategory', 'objectClass', 'objectGUID', 'objectSid',
  'physicalDeliveryOfficeName', 'primaryGroupID', 'pwdLastSet', 'sAMAccountName', 'sAMAccountType', 'showInAddressBook', 'sn',
  'targetAddress', 'telephoneNumber', 'textEncodedORAddress', 'title', 'userAccountControl', 'userPrincipalName',
];
