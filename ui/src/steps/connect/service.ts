// How far Microsoft's migration service is set up, and words for what is missing.
import { m } from '../../paraglide/messages.js';
import type { ServiceView } from '../../platform/types';

export type ServiceOutcome = 'reading' | 'trouble' | 'none' | 'choose' | 'untested' | 'testing' | 'works' | 'fails';

/** What the tenant and the service say together. An endpoint that was not tested never counts as working. */
export function serviceOutcome(service: ServiceView | null, now: { reading: boolean; trying: boolean }): ServiceOutcome {
  if (service === null || (now.reading && service.endpoints.length === 0)) return 'reading';
  if (service.trouble !== null) return 'trouble';
  if (service.endpoints.length === 0) return 'none';
  if (!service.endpoints.some((one) => one.name === service.chosen)) return 'choose';
  if (now.trying) return 'testing';
  if (service.tested === null) return 'untested';
  return service.tested.works ? 'works' : 'fails';
}

/** What keeps the endpoint from being saved; null when nothing does. */
export function serviceMissing(outcome: ServiceOutcome): string | null {
  switch (outcome) {
    case 'reading':
    case 'trouble':
      return m.connect_service_missing_read();
    case 'none':
      return m.connect_service_missing();
    case 'choose':
      return m.connect_service_choose_first();
    case 'untested':
    case 'testing':
      return m.connect_service_missing_test();
    case 'fails':
      return m.connect_service_missing_fails();
    case 'works':
      return null;
  }
}

/** Where the first missing thing is, for whoever presses too early. */
export function serviceFocus(outcome: ServiceOutcome): string {
  if (outcome === 'untested' || outcome === 'testing' || outcome === 'fails') return 'service-test';
  return outcome === 'choose' ? 'endpoint-0' : 'look-again';
}

interface RouteWords {
  title: string;
  text: string;
}

const routes: Record<string, () => RouteWords> = {
  AdminCentre: () => ({ title: m.route_AdminCentre(), text: m.route_AdminCentre_text() }),
  PowerShell: () => ({ title: m.route_PowerShell(), text: m.route_PowerShell_text() }),
  DirectRest: () => ({ title: m.route_DirectRest(), text: m.route_DirectRest_text() }),
};

/** A way that this version does not know is shown by its name. */
export function routeWords(route: string): RouteWords {
  return Object.hasOwn(routes, route) ? routes[route]!() : { title: route, text: '' };
}

const states: Record<string, () => string> = {
  Open: m.route_state_Open,
  Closed: m.route_state_Closed,
  Unproved: m.route_state_Unproved,
};
export const routeState = (state: string) => (Object.hasOwn(states, state) ? states[state]!() : state);
