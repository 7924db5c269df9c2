// The steps in their order: the only file that knows all of them.
import { connect } from '../steps/connect';
import { convert } from '../steps/convert';
import { finish } from '../steps/finish';
import { mailboxes } from '../steps/mailboxes';
import { migrate } from '../steps/migrate';
import { prepare } from '../steps/prepare';
import { project } from '../steps/project';
import type { StepDefinition } from './step';

export const steps: readonly StepDefinition[] = [project, prepare, mailboxes, connect, migrate, convert, finish];
