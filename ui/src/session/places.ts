// Which parts of a real project are connected, and which each step needs.
import type { PlacesView, StepId } from '../platform/types';

export type Part = 'tenant' | 'directory' | 'source';

const needs: Record<StepId, readonly Part[]> = {
  project: [],
  prepare: ['tenant', 'directory'],
  mailboxes: ['directory'],
  connect: ['source'],
  migrate: ['tenant', 'directory', 'source'],
  convert: ['tenant', 'directory'],
  finish: ['tenant'],
};

/** Where a part is connected. */
export const placeOf: Record<Part, StepId> = { tenant: 'prepare', directory: 'prepare', source: 'connect' };

function connected(part: Part, places: PlacesView): boolean {
  switch (part) {
    case 'tenant':
      return places.signedIn !== null;
    case 'directory':
      return places.directory !== null;
    case 'source':
      return places.source !== null;
  }
}

/** What a step waits for; a practice company has everything, and where the service copies it reads the old server itself. */
export function missingFor(step: StepId, places: PlacesView | null, engine: string | null = null): Part[] {
  if (!places || places.kind === 'Practice') return [];
  return needs[step].filter((part) => !connected(part, places) && !(part === 'source' && engine === 'Service'));
}
