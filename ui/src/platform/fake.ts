// A pretend core in memory, for the browser, the unit tests and Playwright. It follows the contract of
// `types.ts` and nothing else; no build of the desktop contains it.
import { asked } from './fake/address';
import { cloudName, cloudPlan, FakeCloudRun, FakeTenant } from './fake/cloud';
import { company, directory, findings, people } from './fake/company';
import { FakeConversion } from './fake/convert';
import { fakeFinish } from './fake/finish';
import { FakeList, watchDrops } from './fake/list';
import { engines, scenes, TESTS, type Engine, type FakeOptions, type Scene } from './fake/options';
import { FakePlaces } from './fake/places';
import { fakeReport } from './fake/report';
import { COPIED, FakeRun, type Size } from './fake/run';
import { tenant } from './fake/tenant';
import type {
  AnswersDto,
  AppEvent,
  AppView,
  ConvertRunKind,
  ConvertView,
  CertificateQuestion,
  CoreError,
  DirectoryDto,
  EndpointSettings,
  EndpointTest,
  EndpointView,
  ErrorCode,
  FinishPlatform,
  ListDrop,
  ListEdit,
  ListQuery,
  ListView,
  MailboxesView,
  MailDto,
  NewEndpointDto,
  PlacesView,
  Platform,
  PlanView,
  PreflightView,
  ProjectKind,
  ProjectFacts,
  ProjectView,
  ReportFile,
  ReportView,
  RunView,
  SourceDto,
  TrustDto,
} from './types';

const LIVE: Size = { scale: 60, rate: 1200, pace: 1, wait: 2500 };
const FULL: Size = { scale: 1, rate: 30, pace: 60, wait: 480_000 };

export type { FakeOptions, Scene } from './fake/options';

function refuse(code: ErrorCode, message: string): never {
  const error: CoreError = { code, message, help: '', retry: false };
  throw error;
}

/** The requests of the last step are put in by `fakeFinish`. */
export interface FakePlatform extends FinishPlatform {}

export class FakePlatform implements Platform {
  #listeners = new Set<(event: AppEvent) => void>();
  #options: Required<FakeOptions>;
  #open = false;
  #name = company.name;
  #kind: ProjectKind;
  #places: FakePlaces;
  #answers: AnswersDto = { exchange: null, count: null, directorySync: null, singleSignOn: null, pace: null };
  #preflight: PreflightView | null = null;
  #checking = false;
  #chosen = new Map<string, boolean>();
  #settings: EndpointSettings = {
    host: 'srv-mail01.nordvik.example',
    port: 993,
    security: 'ImplicitTls',
    account: 'NORDVIK\\migrering',
    maxConcurrentMigrations: 6,
  };
  #tested = false;
  #saved = false;
  #run: FakeRun | null = null;
  #engine: Engine;
  #tenant: FakeTenant;
  #cloud = new FakeCloudRun();
  #conversion: FakeConversion | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  #files: ReportFile[] = [];
  #saves: { at: string; redact: boolean }[] = [];
  #list: FakeList | null = null;

  constructor(options: FakeOptions = {}) {
    this.#options = { scene: 'fresh', keychain: true, latency: 0, tick: 100, list: 'small', started: false, engine: 'Direct', tenant: 'endpoints', silent: false, kind: 'Practice', connected: true, signIn: 'ok', finish: 'unseen', ...options };
    this.#engine = this.#options.engine;
    Object.assign(this, fakeFinish({
      scene: this.#options.finish,
      latency: this.#options.latency,
      cloud: this.#engine === 'Service',
      facts: () => this.#facts(),
      run: () => this.#runNow(),
      tell: (event) => this.#tell(event),
    }));
    this.#tenant = new FakeTenant(this.#options.tenant);
    this.#kind = this.#options.kind;
    this.#places = this.#placed(this.#options.connected);
    if (this.#options.started) this.#openList();
    this.#arrange(scenes.indexOf(this.#options.scene));
  }

  async appView(): Promise<AppView> {
    return this.#answer(() => ({
      version: '0.1.0',
      keychain: this.#options.keychain
        ? { state: 'Available' as const, store: 'Secret Service' }
        : { state: 'Unavailable' as const, serverWords: 'org.freedesktop.secrets was not provided by any .service files' },
      recent: this.#open
        ? []
        : [
            { name: company.name, path: '/projekt/Nordvik.stegvis', openedAt: '2026-11-23T14:02:00Z', practice: true },
            { name: 'Fabrikam Trä AB', path: '/projekt/Fabrikam Trä AB', openedAt: '2026-11-20T08:15:00Z', practice: false },
          ],
      project: this.#open ? this.#project() : null,
    }));
  }

  createPractice = () => this.#opened();
  openProject = (path: string) => (path.includes('Fabrikam') ? this.#openedReal('Fabrikam Trä AB', false) : this.#opened());
  pickProject = () => this.#openedReal('Fabrikam Trä AB', false);

  createProject(name: string): Promise<ProjectView> {
    if (name.trim() === '') refuse('InvalidInput', 'The company has no name.');
    return this.#openedReal(name, false);
  }

  #openedReal(name: string, connected: boolean): Promise<ProjectView> {
    return this.#answer(() => {
      this.#open = true;
      this.#name = name;
      this.#kind = 'Real';
      this.#places = this.#placed(connected);
      return this.#project();
    });
  }

  #placed = (connected: boolean) =>
    new FakePlaces(this.#kind, connected, this.#options.signIn, (otherwise) => {
      if (otherwise) this.#foundBefore();
      this.#tell({ event: 'Places', view: this.#places.view() });
    });

  /** What was found is of before; what did not run is not. */
  #foundBefore(): void {
    const view = this.#preflight;
    if (!view?.ranAt) return;
    const found = view.findings.map((finding) => ({ ...finding, ofBefore: finding.severity !== 'NotRun' }));
    this.#preflight = { ...view, ofBefore: true, findings: found };
    this.#tell({ event: 'Preflight', view: this.#preflight });
    this.#tellProject();
  }

  placesView = () => this.#answer(() => (this.#needProject(), this.#places.view()));
  setNotify = (notify: string | null) => this.#answer(() => this.#places.change({ notify }));
  setSource = (source: SourceDto, password: string | null) => this.#answer(() => this.#places.setSource(source, password));
  setDirectory = (directory: DirectoryDto, password: string | null) => this.#answer(() => this.#places.setDirectory(directory, password));
  setMail = (mail: MailDto | null, password: string | null) => this.#answer(() => this.#places.setMail(mail, password));
  serverCertificate = (question: CertificateQuestion) => this.#answer(() => this.#places.certificate(question));
  pickAuthority = (): Promise<TrustDto | null> => this.#answer(() => null);
  appGuide = () => this.#answer(() => this.#places.guide());
  cancelSignIn = () => this.#answer(() => this.#places.cancel());
  signOut = () => this.#answer(() => this.#places.change({ signedIn: null }));
  makeCertificate = () => this.#answer(() => this.#places.makeCertificate());

  setCompany(name: string): Promise<PlacesView> {
    return this.#answer(() => {
      this.#name = name;
      this.#tellProject();
      return this.#places.change({ company: name });
    });
  }

  async signInBrowser(): Promise<PlacesView> {
    const address = 'https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?client_id=69f63fbf';
    return structuredClone(await this.#places.signIn({ state: 'Browser', address }, this.#options.latency * 20));
  }

  async signInDevice(): Promise<PlacesView> {
    const waiting = { state: 'Device' as const, address: 'https://microsoft.com/devicelogin', code: 'F7KQ2XNPD', seconds: 900 };
    return structuredClone(await this.#places.signIn(waiting, this.#options.latency * 20));
  }

  async signInCertificate(): Promise<PlacesView> {
    if (!this.#places.view().certificate) refuse('InvalidInput', 'No certificate was made.');
    return structuredClone(await this.#places.signIn({ state: 'Tenant' }, this.#options.latency));
  }

  #opened(): Promise<ProjectView> {
    return this.#answer(() => {
      this.#open = true;
      this.#name = company.name;
      this.#kind = 'Practice';
      this.#places = this.#placed(true);
      this.#answers = {
        exchange: 'Exchange2007',
        count: 'UpTo150',
        directorySync: 'Yes',
        singleSignOn: 'No',
        pace: 'InGroups',
      };
      return this.#project();
    });
  }

  async closeProject(): Promise<AppView> {
    if (this.#run?.running) refuse('Running', 'A batch is running.');
    this.#open = false;
    this.#preflight = null;
    this.#chosen.clear();
    this.#tested = this.#saved = false;
    this.#run = null;
    this.#cloud = new FakeCloudRun();
    this.#conversion = null;
    return this.appView();
  }

  projectView = () => this.#answer(() => this.#project());

  answer(answers: AnswersDto): Promise<ProjectView> {
    return this.#answer(() => {
      this.#answers = answers;
      return this.#project();
    });
  }

  preflightView = () => this.#answer(() => this.#preflightNow());

  async runPreflight(): Promise<PreflightView> {
    this.#needProject();
    this.#needConnections();
    this.#checking = true;
    const all = findings(new Date().toISOString());
    for (let done = 0; done <= all.length; done += 1) {
      const shown = all.map((finding, index) =>
        index < done ? finding : { ...finding, severity: 'NotRun', code: 'notRun', values: {}, evidence: [], checkedAt: null },
      );
      this.#preflight = { ...this.#preflightNow(), running: done < all.length, findings: shown };
      this.#tell({ event: 'Preflight', view: this.#preflightNow() });
      await this.#pause(this.#options.latency);
    }
    this.#checking = false;
    this.#preflight = { ...this.#preflightNow(), running: false, ranAt: new Date().toISOString(), tookMs: 4200, ofBefore: false };
    this.#tell({ event: 'Preflight', view: this.#preflightNow() });
    this.#tellProject();
    return this.#answer(() => this.#preflightNow());
  }

  retest(check: string): Promise<PreflightView> {
    return this.#answer(() => {
      const at = new Date().toISOString();
      const fresh = findings(at);
      const view = this.#preflightNow();
      const found = view.findings.map((one) => (one.check === check ? (fresh.find((f) => f.check === check) ?? one) : one));
      this.#preflight = { ...view, ofBefore: found.some((one) => one.ofBefore), findings: found };
      return this.#preflightNow();
    });
  }

  tenantView = () =>
    this.#answer(() => {
      this.#needProject();
      if (this.#kind === 'Practice') return tenant(new Date().toISOString());
      const who = this.#places.view().signedIn ?? refuse('NotConnected', 'nobody is signed in to the tenant');
      return tenant(new Date().toISOString(), who.way, who.name);
    });

  directoryView = () =>
    this.#answer(() => {
      this.#needProject();
      if (this.#kind === 'Real' && !this.#places.view().directory) refuse('NotConnected', 'the old directory is not set');
      return directory(new Date().toISOString());
    });

  mailboxesView = () => this.#answer(() => this.#mailboxes());

  chooseMailboxes(choices: { address: string; chosen: boolean; pilot: boolean }[]): Promise<MailboxesView> {
    return this.#answer(() => {
      this.#chosen = new Map(choices.filter((choice) => choice.chosen).map((choice) => [choice.address, choice.pilot]));
      this.#tellProject();
      return this.#mailboxes();
    });
  }

  pickList = (): Promise<ListView | null> => this.#answer(() => this.#openList());
  listView = (): Promise<ListView | null> => this.#answer(() => this.#list?.view() ?? null);
  listRows = (query: ListQuery) => this.#answer(() => this.#needList().rows(query));
  previewList = (index: number) => this.#answer(() => this.#needList().preview(index));
  saveList = () => this.#answer(() => this.#needList().saved());

  editList(edit: ListEdit): Promise<ListView> {
    return this.#answer(() => {
      this.#needList().edit(edit);
      return this.#needList().view();
    });
  }

  useList(): Promise<void> {
    return this.#answer(() => {
      this.#needProject();
      this.#chosen = this.#needList().chosen();
      this.#tellProject();
    });
  }

  closeList(): Promise<void> {
    return this.#answer(() => {
      this.#list = null;
    });
  }

  onListDrop = (listener: (drop: ListDrop) => void) => watchDrops(listener, () => this.#openList());

  #openList(): ListView {
    this.#list = new FakeList(this.#options.list);
    return this.#list.view();
  }

  #needList(): FakeList {
    return this.#list ?? refuse('NotAList', 'No list is open.');
  }

  endpointView = () => this.#answer(() => this.#endpoint());

  testEndpoint(settings: EndpointSettings): Promise<EndpointView> {
    return this.#answer(() => {
      if (this.#chosen.size === 0) refuse('NothingChosen', 'No mailbox is chosen.');
      this.#settings = settings;
      this.#tested = true;
      return this.#endpoint();
    });
  }

  saveEndpoint(settings: EndpointSettings): Promise<EndpointView> {
    return this.#answer(() => {
      const tested = this.#engine === 'Service' ? this.#tenant.works : this.#tested;
      if (!tested) refuse('EndpointMissing', 'The endpoint was not tested.');
      this.#settings = settings;
      if (this.#engine === 'Service') this.#tenant.save(settings.maxConcurrentMigrations);
      this.#saved = true;
      this.#tellProject();
      return this.#endpoint();
    });
  }

  chooseEngine(engine: string): Promise<EndpointView> {
    return this.#answer(() => {
      this.#engine = engines.find((one) => one === engine) ?? refuse('InvalidInput', 'No such engine.');
      this.#saved = false;
      this.#tellProject();
      return this.#endpoint();
    });
  }

  readService(): Promise<EndpointView> {
    return this.#answer(() => {
      this.#tenant.read();
      return this.#endpoint();
    });
  }

  chooseCloudEndpoint(name: string): Promise<EndpointView> {
    return this.#answer(() => {
      this.#tenant.choose(name);
      return this.#endpoint();
    });
  }

  testCloudEndpoint(): Promise<EndpointView> {
    return this.#answer(() => {
      this.#tenant.test(new Date().toISOString());
      return this.#endpoint();
    });
  }

  makeCloudEndpoint(endpoint: NewEndpointDto): Promise<EndpointView> {
    return this.#answer(() => {
      this.#tenant.make(endpoint);
      return this.#endpoint();
    });
  }

  cancelCloudEndpoint = () => this.#answer(() => this.#endpoint());

  plan = () => this.#answer(() => this.#plan());

  start(): Promise<RunView> {
    return this.#answer(() => {
      this.#begin(null);
      return this.#runNow();
    });
  }

  startAt(at: string | null): Promise<void> {
    return this.#answer(() => this.#begin(at === null ? null : Date.parse(at)));
  }

  fillGap(): Promise<void> {
    return this.#answer(() => {
      if (this.#need().running || this.#cloud.filling) refuse('Running', 'Something is running.');
      this.#cloud.fill();
      this.#keepMoving();
    });
  }

  #begin(startsAt: number | null): void {
    const plan = this.#plan();
    if (!plan.startable) refuse('NothingChosen', 'Every chosen mailbox is in a batch already.');
    this.#run ??= new FakeRun(LIVE, this.#settings.maxConcurrentMigrations);
    this.#run.add(plan.batch, plan.mailboxes, Date.now());
    this.#cloud.startsAt = startsAt;
    this.#keepMoving();
    this.#tellProject();
  }

  /** The run as whoever carries it out tells it. */
  #runNow(): RunView {
    const view = this.#need().view();
    return this.#engine === 'Service' ? this.#cloud.view(view, this.#options.tick === 0, this.#options.silent) : view;
  }

  stop(): Promise<RunView> {
    return this.#moved((run) => run.stop());
  }

  resume(): Promise<RunView> {
    return this.#moved((run) => run.requeue('Stopped'));
  }

  retryFailed(): Promise<RunView> {
    return this.#moved((run) => run.requeue('Failed'));
  }

  runView = () => this.#answer(() => this.#runNow());
  convertView = (selected: number | null) => this.#answer(() => this.#converting().view(selected));
  checkGates = () => this.#work('Checking', []);
  skippedItems = (user: number) => this.#answer(() => this.#converting().skipped(user));
  backUp = (users: number[]) => this.#work('BackingUp', users);
  convert = (users: number[]) => this.#work('Converting', users);
  prove = (users: number[]) => this.#work('Proving', users);
  undoConversion = (users: number[]) => this.#work('Undoing', users);

  signSkipped(user: number, seen: number): Promise<ConvertView> {
    return this.#answer(() => {
      if (this.#converting().skipped(user).length !== seen) refuse('InvalidInput', 'The list has changed.');
      this.#converting().sign(user);
      this.#tellProject();
      return this.#converting().view(user);
    });
  }

  stopConverting(): Promise<ConvertView> {
    return this.#answer(() => {
      this.#converting().stop();
      return this.#converting().view(null);
    });
  }

  saveLdif = () =>
    this.#answer(() => ['convert', 'undo'].map((name) => ({ format: 'ldif', path: `/projekt/Nordvik.stegvis/conversion/${name}.ldif` })));

  async reportView(): Promise<ReportView> {
    const dns = await this.dnsView();
    return this.#answer(() =>
      fakeReport(this.#need(), { facts: this.#facts(), converted: this.#converting().view(null).users, dns, files: this.#files, saves: this.#saves }),
    );
  }

  saveReport(_language: string, redact: boolean): Promise<ReportFile[]> {
    return this.#answer(() => {
      this.#saves.push({ at: new Date().toISOString(), redact });
      this.#files = ['html', 'csv', 'json'].map((format) => ({ format, path: `/projekt/Nordvik.stegvis/report.${format}` }));
      return this.#files;
    });
  }

  openReport = () => this.#answer(() => undefined);

  setLanguage = () => this.#answer(() => undefined);

  commands = (step: string) =>
    this.#answer(() => [
      { shell: 'Stegvis' as const, does: 'copyOne', text: 'stegvis copy --source imaps://siv.jonsson@srv-mail01.nordvik.example:993 --target imaps://siv.jonsson@HOST' },
      ...(step === 'migrate'
        ? [
            {
              shell: 'Ldif' as const,
              does: 'forward',
              text: 'dn: CN=Åsa Öhrström,OU=Kontoret,DC=nordvik,DC=local\nchangetype: modify\nreplace: targetAddress\ntargetAddress: SMTP:asa.ohrstrom@nordvikbygg.onmicrosoft.com\n-',
            },
          ]
        : []),
      {
        shell: 'PowerShell' as const,
        does: 'assignLicence',
        text: "Set-MgUserLicense -UserId siv.jonsson@nordvik.example -AddLicenses @{SkuId='SKU'} -RemoveLicenses @()",
      },
    ]);

  onEvent(listener: (event: AppEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /* within */

  async #answer<T>(make: () => T): Promise<T> {
    await this.#pause(this.#options.latency);
    return structuredClone(make());
  }

  #pause(ms: number): Promise<void> {
    return ms === 0 ? Promise.resolve() : new Promise((resume) => setTimeout(resume, ms));
  }

  #tell(event: AppEvent): void {
    for (const listener of this.#listeners) listener(structuredClone(event));
  }

  #tellProject(): void {
    this.#tell({ event: 'Project', view: this.#project() });
  }

  #needProject(): void {
    if (!this.#open) refuse('NoProject', 'No project is open.');
  }

  /** The checks ask the tenant and the old directory. */
  #needConnections(): void {
    const { signedIn, directory: old } = this.#places.view();
    if (this.#kind === 'Real' && !(signedIn && old)) refuse('NotConnected', 'a part is not connected yet');
  }

  #need(): FakeRun {
    this.#needProject();
    return this.#run ?? new FakeRun(LIVE, 1);
  }

  #moved(change: (run: FakeRun) => void): Promise<RunView> {
    return this.#answer(() => {
      const run = this.#need();
      change(run);
      this.#keepMoving();
      return this.#runNow();
    });
  }

  #converting(): FakeConversion {
    return (this.#conversion ??= new FakeConversion(this.#need()));
  }

  #work(kind: ConvertRunKind, users: number[]): Promise<ConvertView> {
    return this.#answer(() => {
      const conversion = this.#converting();
      if (conversion.running || this.#run?.running) refuse('Running', 'Something is running.');
      conversion.begin(kind, users, Date.now(), kind === 'Converting');
      const { tick } = this.#options;
      const timer = setInterval(() => {
        conversion.advance(tick === 0 ? 1000 : tick, Date.now());
        this.#tell({ event: 'Convert', view: conversion.view(null) });
        if (conversion.running) return;
        clearInterval(timer);
        this.#tellProject();
      }, tick);
      return conversion.view(null);
    });
  }

  #keepMoving(): void {
    const { tick } = this.#options;
    if (tick === 0 || this.#timer !== null) return;
    this.#timer = setInterval(() => {
      const run = this.#need();
      const cloud = this.#cloud;
      if (cloud.startsAt !== null && Date.now() >= cloud.startsAt) cloud.startsAt = null;
      if (cloud.startsAt === null || run.stopping) run.advance(tick, Date.now());
      cloud.advance();
      this.#tell({ event: 'Run', view: this.#runNow() });
      if (!run.running && !cloud.filling && this.#timer !== null) {
        clearInterval(this.#timer);
        this.#timer = null;
      }
      this.#tellProject();
    }, tick);
  }

  #facts(): ProjectFacts {
    const run = this.#run ? this.#runNow() : undefined;
    const users = run?.users ?? [];
    const of = (...statuses: string[]) => users.filter((user) => statuses.includes(user.status)).length;
    const copied = users.some((user) => user.itemsDone > 0);
    const settled = run !== undefined && !run.running && of(...COPIED) === users.length;
    const found = this.#preflight?.ranAt ? this.#preflight.findings : null;
    const many = (severity: string) => found?.filter((finding) => !finding.ofBefore && finding.severity === severity).length ?? 0;
    return {
      answered: Object.values(this.#answers).filter((answer) => answer !== null).length,
      preflight: found && {
        pass: many('Pass'),
        warn: many('Warn'),
        fail: many('Fail'),
        waiting: many('Waiting'),
        notRun: many('NotRun'),
        ofBefore: found.filter((finding) => finding.ofBefore).length,
      },
      mailboxesChosen: this.#chosen.size,
      pilotChosen: [...this.#chosen.values()].filter(Boolean).length,
      endpointSaved: this.#saved,
      running: run?.running ?? false,
      inBatches: users.length,
      active: users.length - of('Stopped', 'Failed', 'Synced', 'Completed'),
      stopped: of('Stopped'),
      failed: of('Failed'),
      synced: of('Synced'),
      completed: of('Completed'),
      forwarding: of('Syncing', ...COPIED) + users.filter((user) => user.status === 'Stopped' && user.itemsDone > 0).length,
      ledger: copied && this.#run ? this.#run.ledger(users) : null,
      verified: settled ? true : null,
      conversion: this.#conversion?.facts() ?? null,
    };
  }

  #project(): ProjectView {
    this.#needProject();
    const answered = Object.values(this.#answers).every((answer) => answer !== null);
    return {
      name: this.#name,
      kind: this.#kind,
      path: this.#kind === 'Practice' ? '/projekt/Nordvik.stegvis' : `/projekt/${this.#name}`,
      answers: this.#answers,
      verdict: {
        route: answered ? 'Staged' : 'Undecided',
        reasons: answered ? ['VersionSuitsStaged', 'CountFitsCutover', 'SyncClosesCutover', 'LastServerMayGo', 'PilotFirst'] : [],
      },
      facts: this.#facts(),
    };
  }

  #preflightNow(): PreflightView {
    this.#needProject();
    const { signedIn, directory: old } = this.#places.view();
    const connection = { connected: true, serverWords: null };
    const gone = { connected: false, serverWords: null, account: '', endpoint: '' };
    const real = this.#kind === 'Real';
    return (
      this.#preflight ?? {
        running: this.#checking,
        ranAt: null,
        tookMs: 0,
        ofBefore: false,
        tenant: real && !signedIn ? gone : { ...connection, account: 'admin@nordvikbygg.onmicrosoft.com', endpoint: '' },
        directory: real && !old ? gone : { ...connection, account: '', endpoint: 'nordvik.local, SRV-DC01' },
        findings: findings('').map((finding) => ({
          ...finding,
          severity: 'NotRun',
          code: 'notRun',
          values: {},
          evidence: [],
          command: null,
          checkedAt: null,
        })),
      }
    );
  }

  #mailboxes(): MailboxesView {
    this.#needProject();
    return {
      rows: people.map(({ name, address, kind, note }) => ({
        name,
        address,
        kind,
        note,
        chosen: this.#chosen.has(address),
        pilot: this.#chosen.get(address) ?? false,
        batch: this.#run?.inBatch(address) ?? null,
      })),
    };
  }

  #endpoint(): EndpointView {
    this.#needProject();
    return {
      engine: this.#engine,
      service: this.#tenant.view(),
      settings: this.#settings,
      passwordKept: true,
      testing: false,
      tests: (Object.keys(TESTS) as EndpointTest['test'][]).map((test) => {
        const [severity, code, values] = TESTS[test];
        return this.#tested
          ? { test, severity, code, values, serverWords: null }
          : { test, severity: 'NotRun', code: 'notRun', values: {}, serverWords: null };
      }),
      saved: this.#saved,
    };
  }

  #plan(): PlanView {
    this.#needProject();
    const left = [...this.#chosen.keys()].filter((address) => !this.#run?.inBatch(address));
    const pilot = left.filter((address) => this.#chosen.get(address));
    const mailboxes = pilot.length > 0 && !this.#run?.begun ? pilot : left;
    const moving = people.filter((one) => mailboxes.includes(one.address));
    const batch = pilot.length > 0 && !this.#run?.begun ? 'Pilot' : this.#run?.begun ? 'Batch 2' : 'Batch 1';
    const n = mailboxes.length;
    const step = <K extends PlanView['steps'][number]['kind']>(kind: K, count: number, value = '') => ({ kind, count, value });
    const plan: PlanView = {
      batch,
      mailboxes,
      items: moving.reduce((sum, one) => sum + one.items, 0),
      bytes: moving.reduce((sum, one) => sum + one.megabytes * 1e6, 0),
      steps: [
        step('BackUpDirectory', n),
        step('Provision', n),
        step('Forward', n),
        step('Copy', n, String(this.#settings.maxConcurrentMigrations)),
        step('StatusMail', 1, company.notify),
        step('ReportMail', 1, company.notify),
        step('Verify', n),
      ],
      untouched: people.length - n,
      notify: company.notify,
      engine: 'Direct',
      commands: [],
      startable: n > 0 && this.#saved && !(this.#run?.running ?? false),
    };
    return this.#engine === 'Service' ? cloudPlan(plan, cloudName(batch)) : plan;
  }

  /** Puts everything where a story of so many chapters has led. */
  #arrange(chapter: number): void {
    const reached = (scene: Scene) => chapter >= scenes.indexOf(scene);
    if (reached('opened')) {
      this.#open = true;
      this.#answers = { exchange: 'Exchange2007', count: 'UpTo150', directorySync: 'Yes', singleSignOn: 'No', pace: 'InGroups' };
    }
    const ranAt = new Date(Date.now() - 3_600_000).toISOString();
    if (reached('prepared')) {
      this.#preflight = { ...this.#preflightNow(), ranAt, tookMs: 42_000, findings: findings(ranAt) };
    }
    if (reached('listed')) {
      const pilot = ['siv.jonsson', 'marta.agren', 'tallen'];
      for (const { address, note } of people) {
        if (note !== 'MailUserMissing') this.#chosen.set(address, pilot.some((local) => address.startsWith(local)));
      }
    }
    if (reached('connected')) {
      this.#tested = this.#saved = true;
      if (this.#engine === 'Service') this.#tenant.settle(ranAt);
    }
    if (!reached('running')) return;
    const run = (this.#run = new FakeRun(FULL, 6));
    const started = Date.now() - (reached('needs') ? 400 : 150) * 60_000;
    const step = 15_000;
    run.add('Batch 2', [...this.#chosen.keys()], started);
    const last = Date.now() - 1000;
    let at = started;
    const goOn = (end: number) => {
      for (; at < end && run.running; at += step) run.advance(step, at);
    };
    goOn(reached('needs') ? Infinity : last);
    if (reached('synced')) {
      run.requeue('Failed');
      goOn(Infinity);
    }
    const { scene } = this.#options;
    if (scene === 'gated') this.#converting().skipTo('backedUp', Date.now());
    if (scene === 'proved' || scene === 'converting' || scene === 'converted') this.#converting().skipTo(scene, Date.now());
    if (this.#options.scene === 'stopped') {
      run.stop();
      run.advance(step, Date.now());
    }
    if (this.#options.scene === 'running') this.#keepMoving();
  }
}

/** The pretend platform that the page's address asks for: `?scene=running&tick=0`. */
export const fakePlatformOfPage = () => new FakePlatform(asked(window.location.search));
