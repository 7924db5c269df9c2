// The five questions and their answers, by the stable names that the core knows.
import { m } from '../../paraglide/messages.js';
import type { AnswersDto } from '../../platform/types';

export type Question = keyof AnswersDto;

const yesNo = [
  { value: 'Yes', label: m.project_a_Yes },
  { value: 'No', label: m.project_a_No },
  { value: 'NotSure', label: m.project_a_NotSure },
];

export const questions: readonly { id: Question; text: () => string; answers: { value: string; label: () => string }[] }[] = [
  {
    id: 'exchange',
    text: m.project_q_exchange,
    answers: [
      { value: 'Exchange2003', label: m.project_a_Exchange2003 },
      { value: 'Exchange2007', label: m.project_a_Exchange2007 },
      { value: 'Exchange2010OrLater', label: m.project_a_Exchange2010OrLater },
    ],
  },
  {
    id: 'count',
    text: m.project_q_count,
    answers: [
      { value: 'UpTo150', label: m.project_a_UpTo150 },
      { value: 'UpTo2000', label: m.project_a_UpTo2000 },
      { value: 'More', label: m.project_a_More },
    ],
  },
  { id: 'directorySync', text: m.project_q_directorySync, answers: yesNo },
  { id: 'singleSignOn', text: m.project_q_singleSignOn, answers: yesNo },
  {
    id: 'pace',
    text: m.project_q_pace,
    answers: [
      { value: 'InGroups', label: m.project_a_InGroups },
      { value: 'AtOnce', label: m.project_a_AtOnce },
    ],
  },
];

export const noAnswers: AnswersDto = { exchange: null, count: null, directorySync: null, singleSignOn: null, pace: null };

export function answered(answers: AnswersDto): number {
  return Object.values(answers).filter((answer) => answer !== null).length;
}
