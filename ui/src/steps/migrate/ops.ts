// Words for the steps of a plan: what each does, and how it is undone.
import { count } from '../../i18n/format';
import { m } from '../../paraglide/messages.js';
import type { PlanStep, PlanStepKind } from '../../platform/types';

interface OpWords {
  title: string;
  text: string;
  undo: string;
}

const words: Record<PlanStepKind, (step: { n: number; count: string; value: string }) => OpWords> = {
  MakeBatch: (step) => ({
    title: m.migrate_op_MakeBatch(step),
    text: m.migrate_op_MakeBatch_text(step),
    undo: m.migrate_op_MakeBatch_undo(),
  }),
  BackUpDirectory: (step) => ({
    title: m.migrate_op_BackUpDirectory(step),
    text: m.migrate_op_BackUpDirectory_text(),
    undo: m.migrate_op_BackUpDirectory_undo(),
  }),
  Provision: (step) => ({
    title: m.migrate_op_Provision(step),
    text: m.migrate_op_Provision_text(),
    undo: m.migrate_op_Provision_undo(),
  }),
  Forward: (step) => ({
    title: m.migrate_op_Forward(step),
    text: m.migrate_op_Forward_text(),
    undo: m.migrate_op_Forward_undo(),
  }),
  Copy: (step) => ({ title: m.migrate_op_Copy(step), text: m.migrate_op_Copy_text(step), undo: m.migrate_op_Copy_undo() }),
  StatusMail: (step) => ({
    title: m.migrate_op_StatusMail(step),
    text: m.migrate_op_StatusMail_text(),
    undo: m.migrate_op_nothing(),
  }),
  ReportMail: (step) => ({
    title: m.migrate_op_ReportMail(step),
    text: m.migrate_op_ReportMail_text(),
    undo: m.migrate_op_nothing(),
  }),
  Verify: (step) => ({ title: m.migrate_op_Verify(step), text: m.migrate_op_Verify_text(), undo: m.migrate_op_nothing() }),
  Compare: (step) => ({ title: m.migrate_op_Compare(step), text: m.migrate_op_Compare_text(), undo: m.migrate_op_nothing() }),
};

export function opWords(step: PlanStep): OpWords {
  return words[step.kind]({ n: step.count, count: count(step.count), value: step.value });
}
