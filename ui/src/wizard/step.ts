// What a step is: the contract between a folder under `steps/` and the wizard.
import type { Component } from 'svelte';

import type { ListView, ProjectView, StepId } from '../platform/types';

/** Where a step stands; each has a shape of its own in the rail, and a word. */
export type StandingState = 'todo' | 'now' | 'done' | 'run' | 'warn' | 'fail' | 'lock';

export interface Standing {
  state: StandingState;
  /** In words, for under the step's name. */
  detail: string;
}

export interface StepDefinition {
  id: StepId;
  title(): string;
  /** Derived from the project's facts and the open list alone. */
  standing(project: ProjectView | null, list: ListView | null): Standing;
  component: Component;
}
