// What every step shares: the platform, the open project and the last trouble. Made once by `main.ts`
// (and once by each test) and handed down by context.
import { createContext } from 'svelte';

import { present } from '../errors/present';
import type { AppView, ConvertView, CoreError, PlacesView, Platform, PreflightView, ProjectView, ReportLanguage } from '../platform/types';
import { FinishSession } from './finish.svelte';
import { ListSession } from './list.svelte';
import { RunSession } from './run.svelte';

export class Session {
  readonly platform: Platform;
  readonly run = new RunSession();
  readonly list = new ListSession();
  readonly finish = new FinishSession();

  app = $state.raw<AppView | null>(null);
  project = $state.raw<ProjectView | null>(null);
  /** What the project is connected to. */
  places = $state.raw<PlacesView | null>(null);
  /** Who copies, as it was told last. */
  engine = $state<string | null>(null);
  preflight = $state.raw<PreflightView | null>(null);
  convert = $state.raw<ConvertView | null>(null);
  /** What went wrong last, until it is dismissed or something succeeds. */
  trouble = $state.raw<CoreError | null>(null);

  /** Called when a file was dropped that is a list. */
  whenListOpens: () => void = () => undefined;

  #stopListening: () => void;
  #stopDrops: () => void;

  constructor(platform: Platform) {
    this.platform = platform;
    this.#stopListening = platform.onEvent((event) => {
      switch (event.event) {
        case 'Project':
          this.project = event.view;
          break;
        case 'Places':
          this.places = event.view;
          break;
        case 'Preflight':
          this.preflight = event.view;
          if (!event.view.running) void this.refresh();
          break;
        case 'User':
          this.run.moved(event.view);
          break;
        case 'Run':
          this.run.arrived(event.view);
          if (!event.view.running) void this.refresh();
          break;
        case 'Dns':
          this.finish.dns = event.view;
          break;
        case 'Licences':
          this.finish.licences = event.view;
          break;
        case 'Letters':
          this.finish.letters = event.view;
          break;
        case 'Convert':
          this.convertArrived(event.view);
          if (!event.view.run) void this.refresh();
          break;
      }
    });
    this.#stopDrops = platform.onListDrop((drop) => {
      if (this.list.dropped(drop)) {
        this.trouble = null;
        this.whenListOpens();
      } else if (drop.drop === 'Refused') this.trouble = drop.error;
    });
  }

  /** Takes up what is told of the conversion; a dry run that it does not repeat stays. */
  convertArrived(view: ConvertView): void {
    this.convert = view.dryRun ? view : { ...view, dryRun: this.convert?.dryRun ?? null };
  }

  async load(): Promise<void> {
    await this.ask(async () => {
      this.app = await this.platform.appView();
      await this.entered(this.app.project);
    });
    await this.findList();
  }

  /** Takes up the list that is open, or that the program was started with. */
  async findList(): Promise<void> {
    const list = this.project && (await this.ask(() => this.platform.listView()));
    if (list) this.list.open(list);
  }

  /** Takes up a project that was opened, or none. */
  async entered(project: ProjectView | null): Promise<void> {
    this.project = project;
    this.places = project ? await this.platform.placesView() : null;
    this.engine = project?.kind === 'Real' ? (await this.platform.endpointView()).engine : null;
    this.preflight = null;
    this.convert = null;
    this.finish.clear();
    this.run.clear();
    if (this.list.view) this.list.close();
    if (project && project.facts.inBatches > 0) this.run.arrived(await this.platform.runView());
  }

  /** Makes a request; a refusal becomes the trouble at the top of the page and `undefined` here. */
  async ask<T>(request: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await request();
      this.trouble = null;
      return answer;
    } catch (error) {
      this.trouble = present.coreError(error);
      return undefined;
    }
  }

  /** Reads the project's facts again, after something that changed them. What went wrong before stays said. */
  async refresh(): Promise<void> {
    try {
      this.project = await this.platform.projectView();
    } catch (error) {
      this.trouble = present.coreError(error);
    }
  }

  /** Our own mail follows the language of the wizard. A core that cannot write it says so in English. */
  async tellLanguage(language: ReportLanguage): Promise<void> {
    if (this.project) await this.platform.setLanguage(language).catch(() => undefined);
  }

  dismiss(): void {
    this.trouble = null;
  }

  end(): void {
    this.#stopListening();
    this.#stopDrops();
    this.run.clear();
  }
}

export const [session, provideSession] = createContext<Session>();
