import type { PhoneAction } from '../src/people';
import type { BehaviourSetting } from '../src/phones';
import type { PhoneView } from '../src/shown';
import { button, find, make, onSubmit } from './elements';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];
const WHILE_RINGING: readonly (readonly [text: string, what: PhoneAction['do'], className: string])[] = [
  ['Answer', 'answer', 'go'],
  ['Decline', 'decline', 'stop'],
  ['I am voicemail', 'voicemail', ''],
  ['Busy', 'busy', ''],
  ['No answer', 'no-answer', ''],
  ['Unreachable', 'unreachable', ''],
];
const BEHAVIOURS: Readonly<Record<BehaviourSetting['behaviour'], string>> = {
  manual: 'rings until you act',
  accept: 'answers and presses 1',
  'answer-silent': 'answers, says nothing',
  'no-answer': 'rings out',
  busy: 'is busy',
  voicemail: 'is a voicemail',
  fax: 'is a fax',
  silence: 'is a silent line',
  unreachable: 'is unreachable',
};
const STATES: Readonly<Record<PhoneView['state'], string>> = {
  idle: 'idle',
  ringing: 'ringing…',
  'in-call': 'in a call',
};

export interface PhoneControls {
  readonly act: (number: string, action: PhoneAction) => void;
  readonly setBehaviour: (number: string, behaviour: string) => void;
}

/** Cards for phones, made when a number is first seen. */
export function createPhoneCards(
  place: HTMLElement,
  template: HTMLTemplateElement,
  controls: PhoneControls,
): (phone: PhoneView, hearers: readonly string[], behaviour: BehaviourSetting['behaviour']) => void {
  const cards = new Map<string, HTMLElement>();

  const card = (number: string): HTMLElement => {
    const known = cards.get(number);
    if (known) return known;
    const made = find(HTMLElement, '.phone', document.importNode(template.content, true));
    find(HTMLElement, 'h3', made).textContent = number;
    const acts = find(HTMLElement, '.acts', made);
    for (const [text, what, className] of WHILE_RINGING)
      acts.append(button(text, `ringing ${className}`, () => controls.act(number, { do: what })));
    acts.append(button('Hang up', 'in-call stop', () => controls.act(number, { do: 'hangup' })));
    const keypad = find(HTMLElement, '.keypad', made);
    for (const digit of KEYS) keypad.append(button(digit, '', () => controls.act(number, { do: 'press', digit })));
    const say = find(HTMLFormElement, '.say', made);
    onSubmit(say, (values) => {
      controls.act(number, { do: 'say', text: values.get('text') ?? '' });
      say.reset();
    });
    const select = find(HTMLSelectElement, 'select', made);
    for (const [value, text] of Object.entries(BEHAVIOURS)) select.add(new Option(text, value));
    select.addEventListener('change', () => controls.setBehaviour(number, select.value));
    cards.set(number, made);
    place.append(made);
    return made;
  };

  return ({ number, state, with: others, heard }, hearers, behaviour) => {
    const shown = card(number);
    shown.dataset['state'] = state;
    find(HTMLElement, '.state', shown).textContent = STATES[state];
    const talk = find(HTMLElement, '.talk', shown);
    talk.hidden = others.length === 0;
    talk.textContent = `with ${others.join(', ')}; ${hearers.length > 0 ? `heard by ${hearers.join(', ')}` : 'heard by nobody'}`;
    find(HTMLSelectElement, 'select', shown).value = behaviour;
    const acts = find(HTMLElement, '.acts', shown);
    acts.hidden = state === 'idle';
    for (const one of acts.querySelectorAll('button')) one.hidden = !one.classList.contains(state);
    for (const part of ['.keypad', '.say']) find(HTMLElement, part, shown).hidden = state !== 'in-call';
    const list = find(HTMLElement, '.heard', shown);
    const fresh = heard.slice(list.childElementCount);
    list.append(...fresh.map((line) => make('li', line)));
    if (fresh.length > 0) list.scrollTop = list.scrollHeight;
  };
}
