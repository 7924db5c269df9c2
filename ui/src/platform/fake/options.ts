// What the pretend core can be told to be.
import type { EndpointTest, ProjectKind } from '../types';
import type { Tenant } from './cloud';
import type { ListSize } from './list';
import type { FinishScene } from './finish';
import type { SignInEnd } from './places';

export const scenes = ['fresh', 'opened', 'prepared', 'listed', 'connected', 'running', 'stopped', 'needs', 'synced', 'gated', 'proved', 'converting', 'converted'] as const;
export type Scene = (typeof scenes)[number];

export const engines = ['Direct', 'Service'] as const;
export type Engine = (typeof engines)[number];

export interface FakeOptions {
  scene?: Scene;
  keychain?: boolean;
  /** Milliseconds that a request takes. */
  latency?: number;
  /** What the next file that is opened holds. */
  list?: ListSize;
  /** Whether a file was named when the program was started. */
  started?: boolean;
  /** Which engine is chosen, and what the tenant tells of its endpoints. */
  engine?: Engine;
  tenant?: Tenant;
  /** Whether the service cannot be asked while it runs. */
  silent?: boolean;
  /** What the open project is for, and, of a real one, whether its parts are connected. */
  kind?: ProjectKind;
  connected?: boolean;
  /** How a sign-in to the tenant ends. */
  signIn?: SignInEnd;
  /** How far DNS and the rest of the last step are. */
  finish?: FinishScene;
  /** Milliseconds between two moments of a run; 0 stands still. */
  tick?: number;
}

/** How the endpoint’s tests end. */
export const TESTS: Record<EndpointTest['test'], [string, string, Record<string, string>]> = {
  Name: ['Pass', 'ok', { address: '127.0.0.1' }],
  Port: ['Pass', 'open', {}],
  Tls: ['Pass', 'ok', { version: 'TLS 1.3' }],
  Certificate: ['Pass', 'ok', { subject: 'srv-mail01.nordvik.example', until: '2027-03-03T00:00:00Z' }],
  Protocol: ['Pass', 'ok', { greeting: 'IMAP4rev1, LITERAL+' }],
  OpensMailboxes: ['Pass', 'ok', { opened: '3', of: '3' }],
  Speed: ['Pass', 'ok', { mbPerMinute: '132' }],
};
