// Words for why a change of a directory object failed (`stegvis-model`: DirectoryChangeCause). Exhaustive by type:
// a cause without words in both languages does not compile.
import { m } from '../paraglide/messages.js';

export type DirectoryChangeCause =
  | 'ObjectMissing'
  | 'NotSuitable'
  | 'LoopPredicted'
  | 'CloudMailboxMissing'
  | 'GateClosed'
  | 'BackupFailed'
  | 'RightsMissing'
  | 'Refused'
  | 'ChangedMeanwhile'
  | 'ReadBackDiffers'
  | 'ProofFailed'
  | 'Unreachable';

const causes: Record<DirectoryChangeCause, { cause: () => string; remedy: () => string }> = {
  ObjectMissing: { cause: m.change_ObjectMissing, remedy: m.change_ObjectMissing_do },
  NotSuitable: { cause: m.change_NotSuitable, remedy: m.change_NotSuitable_do },
  LoopPredicted: { cause: m.change_LoopPredicted, remedy: m.change_LoopPredicted_do },
  CloudMailboxMissing: { cause: m.change_CloudMailboxMissing, remedy: m.change_CloudMailboxMissing_do },
  GateClosed: { cause: m.change_GateClosed, remedy: m.change_GateClosed_do },
  BackupFailed: { cause: m.change_BackupFailed, remedy: m.change_BackupFailed_do },
  RightsMissing: { cause: m.change_RightsMissing, remedy: m.change_RightsMissing_do },
  Refused: { cause: m.change_Refused, remedy: m.change_Refused_do },
  ChangedMeanwhile: { cause: m.change_ChangedMeanwhile, remedy: m.change_ChangedMeanwhile_do },
  ReadBackDiffers: { cause: m.change_ReadBackDiffers, remedy: m.change_ReadBackDiffers_do },
  ProofFailed: { cause: m.change_ProofFailed, remedy: m.change_ProofFailed_do },
  Unreachable: { cause: m.change_Unreachable, remedy: m.change_Unreachable_do },
};

export const directoryChangeCauses = Object.keys(causes) as DirectoryChangeCause[];

/** What went wrong, and what to do about it, step by step. */
export function directoryChangeWords(cause: string): { cause: string; remedy: string[] } {
  const words = Object.hasOwn(causes, cause) ? causes[cause as DirectoryChangeCause] : undefined;
  const remedy = words ? words.remedy() : m.change_other_do();
  return { cause: words ? words.cause() : m.change_other({ cause }), remedy: remedy.split(' | ') };
}
