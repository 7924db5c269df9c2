// What the wizard may ask of the core, and the shapes that come back. The shapes are the facade's own, generated
// from Rust; nothing in the wizard but `tauri.ts` knows how a request travels. Times are RFC 3339 in UTC; codes
// are stable names that the wizard has words for.
import type {
  AnswersDto,
  AppGuideView,
  AppEvent,
  AppView,
  CertificateQuestion,
  CommandLine,
  ConvertView,
  DirectoryDto,
  DirectoryView,
  EndpointSettings,
  EndpointView,
  ListDrop,
  ListEdit,
  ListPage,
  ListQuery,
  ListView,
  MailDto,
  MailboxChoice,
  MailboxesView,
  NewEndpointDto,
  PlacesView,
  PlanView,
  PreflightView,
  ProjectView,
  ReportFile,
  ReportView,
  RunView,
  SavedList,
  ServerCertificateView,
  SkippedItemView,
  SourceDto,
  TenantView,
  TrustDto,
} from './bindings.gen';
import type { FinishPlatform } from './finish';

export type {
  AnswersDto,
  AppCertificateView,
  AppEvent,
  AppGuideView,
  AppView,
  AttributeDiff,
  AttributeValue,
  BatchView,
  CertificateQuestion,
  CleanupItem,
  CleanupKept,
  CleanupView,
  CloudBatchAccount,
  CloudEndpointView,
  CommandLine,
  ConnectionView,
  ConversionFacts,
  ConvertProof,
  ConvertRun,
  ConvertRunKind,
  ConvertState,
  ConvertUser,
  ConvertView,
  DecommissionGateId,
  DecommissionGateState,
  DecommissionGateView,
  DecommissionNever,
  DecommissionReason,
  DecommissionRoute,
  DecommissionView,
  DeliveryView,
  DirectoryDto,
  DirectoryFindingView,
  DirectoryOther,
  DirectoryView,
  DnsAccount,
  DnsChangeView,
  DnsFindingView,
  DnsHistoryLine,
  DnsPageView,
  DnsRecordView,
  DnsServerView,
  DnsSettingsDto,
  DnsSubjectView,
  DnsView,
  DryRun,
  EndpointRouteView,
  EndpointSettings,
  EndpointTest,
  EndpointTestId,
  EndpointView,
  ErrorCode,
  EvidenceLine,
  FindingView,
  FinishAnswersDto,
  FinishBatch,
  FinishView,
  FootprintItem,
  FootprintKind,
  FootprintState,
  GapView,
  GateView,
  HabitKindView,
  HabitsView,
  HabitTaskView,
  HabitView,
  ItemsOfKind,
  LedgerView,
  LetterFieldsDto,
  LetterPerson,
  LetterPreview,
  LetterSending,
  LetterState,
  LettersView,
  LetterWay,
  LicenceAlarm,
  LicenceAssignmentView,
  LicenceGivenView,
  LicenceNeedView,
  LicencePlanKind,
  LicenceProductView,
  LicenceRefusal,
  LicenceRefusalView,
  LicencesView,
  LicenceWishesDto,
  ListBatch,
  ListColumn,
  ListCounts,
  ListDrop,
  ListEdit,
  ListFile,
  ListFilter,
  ListFindingView,
  ListNote,
  ListPage,
  ListQuery,
  ListRowView,
  ListSort,
  ListView,
  MailboxChoice,
  MailboxesInState,
  MailboxesView,
  MailboxHabitsView,
  MailboxName,
  MailboxNote,
  MailboxRow,
  MailDto,
  MailSent,
  MailSentKind,
  MailView,
  MigrationUserView,
  MovedPoint,
  NewEndpointDto,
  PlacesView,
  PlannedChange,
  PlannedFields,
  PlannedStep,
  PlanStep,
  PlanStepKind,
  PlanView,
  PracticeMail,
  PreflightView,
  ProjectFacts,
  ProjectKind,
  ProjectView,
  ProofView,
  RedoItem,
  RedoKind,
  RemovalGuardId,
  RemovalGuardView,
  ReportAction,
  ReportFile,
  ReportTask,
  ReportTaskKind,
  ReportThroughput,
  ReportView,
  RunView,
  SavedList,
  SequenceState,
  SequenceStep,
  SequenceStepId,
  ServerCertificateView,
  ServiceView,
  SignedInDto,
  SignInState,
  SkippedItemView,
  SourceDto,
  TenantPermissionView,
  TenantView,
  ThrottledSpan,
  ThroughputPoint,
  TrustDto,
  TtlLine,
  UndoFacts,
  VerdictView,
  VerificationView,
  /** What every request rejects with. */
  Error as CoreError,
} from './bindings.gen';

export type { FinishPlatform } from './finish';

export type StepId = 'project' | 'prepare' | 'mailboxes' | 'connect' | 'migrate' | 'convert' | 'finish';

export type ReportLanguage = 'en' | 'sv';
export type ReportFormat = 'html' | 'csv' | 'json';

/** Everything that can be asked of the core. Every promise may reject with a {@link CoreError}. */
export interface Platform extends FinishPlatform {
  appView(): Promise<AppView>;
  createPractice(mailboxes: number | null): Promise<ProjectView>;
  openProject(path: string): Promise<ProjectView>;
  /** Makes a project of the company; `folder` asks where in the system's own dialog. Nothing when it was cancelled. */
  createProject(name: string, folder: boolean, title: string): Promise<ProjectView | null>;
  /** Asks for a project's folder in the system's own dialog and opens it; nothing when it was cancelled. */
  pickProject(title: string): Promise<ProjectView | null>;

  /** Where a project's servers are, and as whom we go there. Every change is told by an event as well. */
  placesView(): Promise<PlacesView>;
  setCompany(name: string): Promise<PlacesView>;
  setNotify(address: string | null): Promise<PlacesView>;
  /** A password that is null is the one that is kept. */
  setSource(source: SourceDto, password: string | null): Promise<PlacesView>;
  setDirectory(directory: DirectoryDto, password: string | null): Promise<PlacesView>;
  setMail(mail: MailDto | null, password: string | null): Promise<PlacesView>;
  /** Looks at a server's certificate, and sends it nothing. */
  serverCertificate(question: CertificateQuestion): Promise<ServerCertificateView>;
  /** Asks for a certificate authority's file; nothing when it was cancelled. */
  pickAuthority(title: string): Promise<TrustDto | null>;
  /** How the application is registered. */
  appGuide(clientId: string | null, tenant: string | null): Promise<AppGuideView>;
  /** Signs in, and answers when that has ended; `done` and `refused` are what the browser shows then. */
  signInBrowser(clientId: string, tenant: string | null, done: string, refused: string): Promise<PlacesView>;
  signInDevice(clientId: string, tenant: string | null): Promise<PlacesView>;
  signInCertificate(clientId: string, tenant: string): Promise<PlacesView>;
  cancelSignIn(): Promise<PlacesView>;
  signOut(): Promise<PlacesView>;
  makeCertificate(replace: boolean): Promise<PlacesView>;
  closeProject(): Promise<AppView>;
  projectView(): Promise<ProjectView>;
  answer(answers: AnswersDto): Promise<ProjectView>;

  preflightView(): Promise<PreflightView>;
  runPreflight(): Promise<PreflightView>;
  retest(check: string): Promise<PreflightView>;
  /** Reads the old directory: what it is, and what will bite. */
  directoryView(): Promise<DirectoryView>;
  /** Reads the tenant, and probes each permission. */
  tenantView(): Promise<TenantView>;

  mailboxesView(): Promise<MailboxesView>;
  chooseMailboxes(choices: MailboxChoice[]): Promise<MailboxesView>;

  /** Asks for a file in the system's own dialog and opens it; nothing when it was cancelled. */
  pickList(title: string, kind: string): Promise<ListView | null>;
  /** The list that is open, the one the program was started with included. */
  listView(): Promise<ListView | null>;
  listRows(query: ListQuery): Promise<ListPage>;
  editList(edit: ListEdit): Promise<ListView>;
  /** A file as it will be written, to the character; passwords are masked. */
  previewList(index: number): Promise<string>;
  /** Asks where in the system's own dialog, and writes; no file when it was cancelled. */
  saveList(title: string, kind: string, forPerson: boolean): Promise<SavedList[]>;
  /** Takes the rows of the list as the mailboxes that move. */
  useList(): Promise<void>;
  closeList(): Promise<void>;

  endpointView(): Promise<EndpointView>;
  testEndpoint(settings: EndpointSettings): Promise<EndpointView>;
  saveEndpoint(settings: EndpointSettings): Promise<EndpointView>;

  /** `Direct` or `Service`. */
  chooseEngine(engine: string): Promise<EndpointView>;
  /** Asks the tenant for its endpoints, and this computer for the ways to make one. */
  readService(): Promise<EndpointView>;
  chooseCloudEndpoint(name: string): Promise<EndpointView>;
  /** Has the service itself try its way to the old server. */
  testCloudEndpoint(): Promise<EndpointView>;
  /** Makes an endpoint in the tenant, or waits until somebody has; answers when it is there. */
  makeCloudEndpoint(endpoint: NewEndpointDto): Promise<EndpointView>;
  cancelCloudEndpoint(): Promise<EndpointView>;

  plan(): Promise<PlanView>;
  start(): Promise<RunView>;
  /** Gives the service the batch, to start by itself at this moment. */
  startAt(at: string | null): Promise<void>;
  /** Copies from this computer what the service left out. */
  fillGap(): Promise<void>;
  stop(): Promise<RunView>;
  resume(): Promise<RunView>;
  retryFailed(): Promise<RunView>;
  runView(): Promise<RunView>;

  /** The conversion, with the dry run of one mailbox. */
  convertView(selected: number | null): Promise<ConvertView>;
  /** Examines every gate again. */
  checkGates(): Promise<ConvertView>;
  skippedItems(user: number): Promise<SkippedItemView[]>;
  /** Signs the list of what was skipped; `seen` is how many items were shown, so that nothing is signed unseen. */
  signSkipped(user: number, seen: number): Promise<ConvertView>;
  backUp(users: number[]): Promise<ConvertView>;
  convert(users: number[]): Promise<ConvertView>;
  prove(users: number[]): Promise<ConvertView>;
  undoConversion(users: number[]): Promise<ConvertView>;
  /** Ends what runs after the mailbox it is at. */
  stopConverting(): Promise<ConvertView>;
  /** Writes every known conversion, and its way back, as LDIF into the project's folder. */
  saveLdif(): Promise<ReportFile[]>;

  reportView(): Promise<ReportView>;
  /** `redact` leaves names and subjects out of what is saved. */
  saveReport(language: ReportLanguage, redact: boolean): Promise<ReportFile[]>;
  openReport(format: ReportFormat): Promise<void>;

  /** In which language our own mail is written from now on. */
  setLanguage(language: ReportLanguage): Promise<void>;

  commands(step: StepId): Promise<CommandLine[]>;
  /** Calls `listener` for every event from now on; the answer ends that. */
  onEvent(listener: (event: AppEvent) => void): () => void;
  /** The same for a file that is dragged over the window and dropped. */
  onListDrop(listener: (drop: ListDrop) => void): () => void;
}
