// What the wizard may ask of the core, and the shapes that come back. The shapes are the facade's own, generated
// from Rust; nothing in the wizard but `tauri.ts` knows how a request travels. Times are RFC 3339 in UTC; codes
// are stable names that the wizard has words for.
import type {
  AnswersDto,
  AppEvent,
  AppView,
  CommandLine,
  ConvertView,
  DirectoryView,
  EndpointSettings,
  EndpointView,
  ListDrop,
  ListEdit,
  ListPage,
  ListQuery,
  ListView,
  MailboxChoice,
  MailboxesView,
  PlanView,
  PreflightView,
  ProjectView,
  ReportFile,
  ReportView,
  RunView,
  SavedList,
  SkippedItemView,
  TenantView,
} from './bindings.gen';

export type {
  AnswersDto,
  AppEvent,
  AppView,
  AttributeDiff,
  AttributeValue,
  BatchView,
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
  DirectoryFindingView,
  DirectoryOther,
  DirectoryView,
  DryRun,
  EndpointRouteView,
  EndpointSettings,
  EndpointTest,
  EndpointTestId,
  EndpointView,
  ErrorCode,
  EvidenceLine,
  FindingView,
  GapView,
  GateView,
  LedgerView,
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
  MailboxesView,
  MailboxNote,
  MailboxRow,
  MailSent,
  MailSentKind,
  MigrationUserView,
  PlanStep,
  PlanStepKind,
  PlanView,
  PreflightView,
  ProjectFacts,
  ProjectKind,
  ProjectView,
  ProofView,
  ReportFile,
  ReportView,
  RunView,
  SavedList,
  SequenceState,
  SequenceStep,
  SequenceStepId,
  ServiceView,
  SkippedItemView,
  TenantPermissionView,
  TenantView,
  ThrottledSpan,
  ThroughputPoint,
  UndoFacts,
  VerdictView,
  VerificationView,
  /** What every request rejects with. */
  Error as CoreError,
} from './bindings.gen';

export type * from './finish';

export type StepId = 'project' | 'prepare' | 'mailboxes' | 'connect' | 'migrate' | 'convert' | 'finish';

export type ReportLanguage = 'en' | 'sv';
export type ReportFormat = 'html' | 'csv' | 'json';

/** Everything that can be asked of the core. Every promise may reject with a {@link CoreError}. */
export interface Platform {
  appView(): Promise<AppView>;
  createPractice(mailboxes: number | null): Promise<ProjectView>;
  openProject(path: string): Promise<ProjectView>;
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
  saveReport(language: ReportLanguage): Promise<ReportFile[]>;
  openReport(format: ReportFormat): Promise<void>;

  /** In which language our own mail is written from now on. */
  setLanguage(language: ReportLanguage): Promise<void>;

  commands(step: StepId): Promise<CommandLine[]>;
  /** Calls `listener` for every event from now on; the answer ends that. */
  onEvent(listener: (event: AppEvent) => void): () => void;
  /** The same for a file that is dragged over the window and dropped. */
  onListDrop(listener: (drop: ListDrop) => void): () => void;
}
