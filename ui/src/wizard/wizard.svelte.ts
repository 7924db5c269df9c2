// Where we are. The position is never stored: it follows from what has been done.
import { createContext, type Component } from 'svelte';

import type { ProjectView, StepId } from '../platform/types';
import { placeOf, type Part } from '../session/places';

/** The step that a program opened anew should show. */
export function restingPlace(project: ProjectView | null): StepId {
  if (!project) return 'project';
  const { facts } = project;
  if (facts.inBatches > 0) {
    // A conversion that was begun is gone on with.
    const moving = facts.running || facts.stopped + facts.failed > 0;
    if (facts.conversion && !moving && facts.completed < facts.inBatches) return 'convert';
    const settled = facts.active + facts.stopped + facts.failed === 0;
    return settled && facts.verified !== null ? 'finish' : 'migrate';
  }
  if (facts.endpointSaved && facts.mailboxesChosen > 0) return 'migrate';
  if (facts.mailboxesChosen > 0) return 'connect';
  if (facts.preflight && facts.preflight.fail + facts.preflight.ofBefore === 0) return 'mailboxes';
  return 'prepare';
}

export class Wizard {
  current = $state<StepId>('project');
  /** A page that takes the whole window, such as the report. */
  sheet = $state.raw<Component | null>(null);

  /** The part of the project that somebody is on the way to connect; its page opens it. */
  wanted = $state<Part | null>(null);

  /** Grows with every project: a page that was opened for the last one is not this one's. */
  era = $state(0);

  /** What each step keeps while another is shown; forgotten with the project. */
  #kept = new Map<string, unknown>();

  go(step: StepId): void {
    this.sheet = null;
    this.current = step;
  }

  /** Leads to where a part is connected. */
  connect(part: Part): void {
    this.wanted = part;
    this.go(placeOf[part]);
  }

  /** Whether a part is to be opened here; said once. */
  take(...parts: Part[]): Part | null {
    const part = parts.find((one) => one === this.wanted) ?? null;
    if (part) this.wanted = null;
    return part;
  }

  keep<T>(key: string, make: () => T): T {
    if (!this.#kept.has(key)) this.#kept.set(key, make());
    return this.#kept.get(key) as T;
  }

  forget(): void {
    this.era += 1;
    this.#kept.clear();
  }
}

export const [wizard, provideWizard] = createContext<Wizard>();
