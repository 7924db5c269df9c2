// DNS as the pretend platform has it: a zone that its host changes, and a cache that remembers what it heard.
import type { DeliveryView, DnsFindingView, DnsPageView, DnsSubjectView, MailboxName, PlannedChange, PlannedStep } from '../types';
import { company } from './company';

const domain = company.domain;
const SERVER = 'ns1.dnsbolaget.example:53';
const RESOLVER = '203.0.113.53:53';
const HOUR = 3_600_000;

type Name = 'mx' | 'autodiscover' | 'spf' | 'dkimSelector1' | 'dkimSelector2' | 'dmarc';
interface Entry {
  name: string;
  kind: string;
  old: string | null;
  needed: string;
  priority: number | null;
}
const entries: Record<Name, Entry> = {
  mx: { name: domain, kind: 'MX', old: '10 mail.nordvik.example', needed: 'nordvik-example.mail.protection.outlook.com', priority: 0 },
  autodiscover: { name: `autodiscover.${domain}`, kind: 'CNAME', old: 'mail.nordvik.example', needed: 'autodiscover.outlook.com', priority: null },
  spf: { name: domain, kind: 'TXT', old: 'v=spf1 mx -all', needed: 'v=spf1 include:spf.protection.outlook.com -all', priority: null },
  dkimSelector1: {
    name: `selector1._domainkey.${domain}`,
    kind: 'CNAME',
    old: null,
    needed: 'selector1-nordvik-example._domainkey.nordvikbygg.onmicrosoft.com',
    priority: null,
  },
  dkimSelector2: {
    name: `selector2._domainkey.${domain}`,
    kind: 'CNAME',
    old: null,
    needed: 'selector2-nordvik-example._domainkey.nordvikbygg.onmicrosoft.com',
    priority: null,
  },
  dmarc: { name: `_dmarc.${domain}`, kind: 'TXT', old: null, needed: `v=DMARC1; p=none; rua=mailto:dmarc@${domain}`, priority: null },
};
const names = Object.keys(entries) as Name[];
const BEFORE = names.flatMap((name) => (entries[name].old ? [`${entries[name].name}. 3600 IN ${entries[name].kind} ${entries[name].old}`] : []));

export interface MailFacts {
  mailboxes: number;
  notSynced: number;
  notConverted: number;
  unchosen: MailboxName[];
  staying: MailboxName[];
}

export class FakeDns {
  /** Records that are as the tenant needs them. */
  #set = new Set<Name>();
  /** Until when the cache says what was before. */
  #cached = new Map<Name, number>();
  #seenAt: string | null = null;
  #ttl: number;
  #watching = false;
  #movedAt: number | null = null;
  #provedAt: number | null = null;
  #delivery: DeliveryView | null = null;
  #history: DnsPageView['history'] = [];
  #settings = { resolvers: [] as string[], old: ['mail.nordvik.example'], authoritative: [] as string[] };
  #practice: boolean;

  constructor(practice: boolean, ttl: number) {
    this.#practice = practice;
    this.#ttl = ttl;
  }

  look(now: number): void {
    this.#seenAt = new Date(now).toISOString();
  }

  watch(on: boolean): void {
    this.#watching = on;
  }

  choose(settings: { resolvers: string[]; old: string[]; authoritative: string[] }): void {
    this.#settings = settings;
  }

  /** The host makes a change; what was there stays in the cache for its time to live. */
  change(step: string, now: number, caches = true): void {
    const what: Record<string, Name[]> = {
      moveMx: ['mx'],
      moveAutodiscover: ['autodiscover'],
      tidySpf: ['spf'],
      dkim: ['dkimSelector1', 'dkimSelector2'],
      dmarc: ['dmarc'],
    };
    if (step === 'lowerTtl') this.#ttl = 300;
    if (step === 'back') {
      for (const name of this.#set) this.#told(name, now, false);
      this.#set.clear();
      this.#cached.clear();
      this.#movedAt = null;
    }
    for (const name of what[step] ?? []) {
      if (this.#set.has(name)) continue;
      this.#set.add(name);
      if (caches && entries[name].old) this.#cached.set(name, now + this.#ttl * 1000);
      if (name === 'mx') this.#movedAt = now;
      this.#told(name, now, true);
    }
    this.look(now);
  }

  #told(name: Name, now: number, is: boolean): void {
    const { old, needed } = entries[name];
    const [was, becomes] = [old ? [old] : [], [needed]];
    const change = { subject: name, server: SERVER, authoritative: true, was: is ? was : becomes, now: is ? becomes : was };
    this.#history = [{ at: new Date(now).toISOString(), change }, ...this.#history];
  }

  prove(mail: string, now: number): void {
    const direct = /protection\.outlook\.com/.test(mail) && !/mail\.nordvik\.example/.test(mail);
    const code = direct ? null : !/^received:/im.test(mail) ? 'noMail' : /mail\.nordvik\.example/.test(mail) ? 'oldServer' : 'notInTenant';
    const host = direct ? 'mx.kund.example' : code === 'oldServer' ? 'mail.nordvik.example' : null;
    const at = direct ? new Date(now).toISOString() : null;
    this.#delivery = { direct, code, host, by: direct ? 'db5eur03ft049.mail.protection.outlook.com' : null, words: '', at };
    if (direct) this.#provedAt = now;
  }

  mail(): string {
    const hop = this.#set.has('mx') ? '' : 'Received: from mx.kund.example by mail.nordvik.example with ESMTP; Tue, 24 Nov 2026 10:41:00 +0100\n';
    return `Received: from mx.kund.example (198.51.100.7) by\n DB5EUR03FT049.mail.protection.outlook.com with Microsoft SMTP Server; Tue, 24 Nov 2026 10:41:10 +0100\n${hop}From: test@kund.example\nSubject: Test\n`;
  }

  /** Everything set, seen everywhere and proved, days ago. */
  settle(now: number): void {
    const then = now - 80 * HOUR;
    for (const step of ['lowerTtl', 'moveMx', 'moveAutodiscover', 'tidySpf', 'dkim', 'dmarc']) this.change(step, then, false);
    this.prove(this.mail(), then + HOUR);
    this.look(now);
  }

  get movedAt(): number | null {
    return this.#movedAt;
  }

  get proved(): boolean {
    return this.#provedAt !== null && this.#movedAt !== null && this.#provedAt >= this.#movedAt;
  }

  allowed(step: string, facts: MailFacts, now: number): boolean {
    return this.#steps(facts, now).find((one) => one.step === step)?.allowed ?? true;
  }

  #steps(facts: MailFacts, now: number): PlannedStep[] {
    const may = (step: string, refusal: string | null, left: number | null = null, until: string | null = null): PlannedStep => ({
      step,
      allowed: refusal === null,
      refusal,
      left,
      until,
      words: null,
    });
    const unsynced = facts.mailboxes === 0 ? 'noMailboxes' : facts.notSynced > 0 ? 'notSynced' : null;
    const left = unsynced === 'notSynced' ? facts.notSynced : null;
    const undecided = unsynced ?? (facts.unchosen.length > 0 ? 'notChosen' : null);
    const forgotten = undecided === 'notChosen' ? facts.unchosen.length : left;
    const after = this.#movedAt === null ? null : this.#movedAt + 72 * HOUR;
    const moved = unsynced ?? (after === null ? 'mxNotMoved' : now < after ? 'tooEarly' : null);
    const until = moved === 'tooEarly' && after !== null ? new Date(after).toISOString() : null;
    const proof = moved ?? (this.#provedAt === null ? 'noProof' : this.proved ? null : 'proofTooOld');
    const unconverted = undecided ?? (facts.notConverted > 0 ? 'notConverted' : null);
    const last = unconverted ?? proof;
    return [
      may('lowerTtl', null),
      may('moveMx', undecided, forgotten),
      may('moveAutodiscover', undecided, forgotten),
      may('tidySpf', undecided ?? moved, forgotten, undecided === null ? until : null),
      may('removeBatches', proof, left, until),
      may('decommission', last, unconverted === 'notConverted' ? facts.notConverted : forgotten, unconverted === null ? until : null),
    ];
  }

  #subject(name: Name, now: number): DnsSubjectView {
    const { old, needed, priority } = entries[name];
    const expected = priority === null ? needed : `${priority} ${needed}`;
    const is = this.#set.has(name);
    const until = this.#cached.get(name) ?? 0;
    const cached = is && until > now;
    const record = (value: string | null, ttl: number) => (value === null ? [] : [{ kind: entries[name].kind, value, ttl }]);
    const value = is ? expected : old;
    const seen = cached ? old : value;
    const untilText = cached ? new Date(until).toISOString() : null;
    const found: DnsFindingView[] = [];
    const finding = (code: string, severity: string, more: Partial<DnsFindingView> = {}) =>
      found.push({ code, severity, words: '', found: [], value: null, server: null, until: null, ...more });
    if (!is && old === null) finding('missing', name === 'dmarc' ? 'advice' : 'fault');
    if (!is && name === 'spf') finding('spfNotIncluded', 'fault', { value: 'spf.protection.outlook.com' });
    if (!is && old !== null && name !== 'spf') finding('stale', 'fault', { found: [old] });
    if (name === 'autodiscover' && !is) finding('leftover', 'fault', { found: [`_autodiscover._tcp.${domain} SRV 0 0 443 mail.nordvik.example`] });
    if (name === 'mx' && !is && this.#ttl > 3600) finding('longTtl', 'note', { value: String(this.#ttl) });
    if (cached && old !== null) finding('cached', 'wait', { found: [old], server: RESOLVER, until: untilText });
    if (is && name === 'dmarc') finding('dmarcOnlyWatches', 'note');
    const state = cached ? 'waiting' : is ? 'right' : name === 'dmarc' ? 'advised' : 'wrong';
    return {
      subject: name,
      name: entries[name].name,
      kind: entries[name].kind,
      expected: name === 'dmarc' ? [] : record(expected, 3600),
      state,
      servers: [
        { server: SERVER, authoritative: true, records: record(value, this.#ttl), trouble: null, until: null, asExpected: is },
        {
          server: RESOLVER,
          authoritative: false,
          records: record(seen, cached ? Math.round((until - now) / 1000) : this.#ttl),
          trouble: null,
          until: untilText,
          asExpected: is && !cached,
        },
      ],
      findings: found,
    };
  }

  #change(name: Name, allowed: boolean): PlannedChange {
    const { name: full, kind, needed, priority } = entries[name];
    const short = full === domain ? '@' : full.slice(0, -domain.length - 1);
    const text = kind === 'TXT' ? `"${needed}"` : `${needed}.`;
    return {
      subject: name,
      advice: name === 'dmarc',
      allowed,
      zone: `${full}. 300 IN ${kind} ${priority === null ? '' : `${priority} `}${text}`,
      fields: { name: short, fullName: full, kind, value: needed, priority, ttl: 300 },
      windows: `Add-DnsServerResourceRecord${kind === 'MX' ? 'MX' : kind === 'CNAME' ? 'CName' : ' -Txt'} -ZoneName '${domain}' -Name '${short === '@' ? '.' : short}' -TimeToLive 00:05:00`,
    };
  }

  view(facts: MailFacts, loops: string[], now: number): DnsPageView {
    const steps = this.#steps(facts, now);
    const may = (name: Name) => steps.find((one) => one.step === (name === 'mx' ? 'moveMx' : name === 'autodiscover' ? 'moveAutodiscover' : ''))?.allowed ?? true;
    const subjects = names.map((name) => this.#subject(name, now));
    const seen = this.#seenAt !== null;
    const mail = (mx: string, astray: string[]) => ({ mx, delivered: facts.mailboxes + facts.unchosen.length - astray.length, loops: astray, returned: [], byOthers: 0 });
    return {
      domains: [domain],
      domain,
      resolvers: this.#settings.resolvers,
      resolversAsked: this.#settings.resolvers.length > 0 ? this.#settings.resolvers : [RESOLVER.replace(':53', '')],
      authoritative: this.#settings.authoritative,
      old: this.#settings.old,
      watching: this.#watching,
      nextAt: this.#watching ? new Date(now + 240_000).toISOString() : null,
      view: this.#seenAt ? { domain, at: this.#seenAt, right: subjects.every((one) => one.state === 'right'), trouble: null, subjects } : null,
      steps,
      changes: seen ? names.filter((name) => !this.#set.has(name)).map((name) => this.#change(name, may(name))) : [],
      ttl: seen && this.#ttl > 3600 ? [{ subject: 'mx', ttl: this.#ttl, lowerTo: 300, readyAt: new Date(now + this.#ttl * 1000).toISOString() }] : [],
      before: seen ? BEFORE.join('\n') : null,
      mxMovedAt: this.#movedAt === null ? null : new Date(this.#movedAt).toISOString(),
      directDeliveryAt: this.#provedAt === null ? null : new Date(this.#provedAt).toISOString(),
      delivery: this.#delivery,
      unchosen: facts.unchosen,
      staying: facts.staying,
      mailNow: seen ? mail(this.#set.has('mx') ? 'tenant' : 'source', this.#set.has('mx') ? [...loops, ...facts.unchosen.map((one) => one.address)] : []) : null,
      mailAfterMx: seen ? mail('tenant', [...loops, ...facts.unchosen.map((one) => one.address)]) : null,
      dkimEnabled: seen ? this.#set.has('dkimSelector2') : null,
      history: this.#history,
      practice: this.#practice,
      serverWords: null,
    };
  }
}
