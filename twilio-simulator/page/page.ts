import type { CallbackFaults, PlannedFault } from '../src/chaos';
import type { BehaviourSetting } from '../src/phones';
import type { CallView, ConferenceView, PhoneView, WarningView } from '../src/shown';
import { button, fields, find, make, onSubmit } from './elements';
import { createPhoneCards } from './phones';

/** What `/_simulator/events` tells whenever something changed. */
interface State {
  readonly now: string;
  readonly speed: number | null;
  readonly phones: readonly PhoneView[];
  readonly earshot: Readonly<Record<string, readonly string[]>>;
  readonly behaviours: Readonly<Record<string, BehaviourSetting['behaviour']>>;
  readonly calls: readonly CallView[];
  readonly conferences: readonly ConferenceView[];
  readonly warnings: readonly WarningView[];
  readonly chaos: {
    readonly seed: number;
    readonly callbacks: CallbackFaults;
    readonly planned: readonly PlannedFault[];
  };
}

const SPEEDS = [0, 1, 10, 60];
const STEPS: readonly (readonly [text: string, seconds: number])[] = [
  ['10 s', 10],
  ['1 min', 60],
  ['10 min', 600],
];
const MOST_SHOWN = 30;

const fault = find(HTMLElement, '#fault');
async function ask(method: string, path: string, body?: unknown): Promise<void> {
  const sent =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(`/_simulator/${path}`, { method, ...sent });
  fault.hidden = answer.ok;
  if (answer.ok) return;
  const told: unknown = await answer.json();
  fault.textContent =
    typeof told === 'object' && told !== null && 'error' in told ? String(told.error) : answer.statusText;
}
const setBehaviour = (number: string, behaviour: string): void =>
  void ask('PUT', `phones/${encodeURIComponent(number)}/behaviour`, { behaviour });
const showPhone = createPhoneCards(find(HTMLElement, '#phones'), find(HTMLTemplateElement, '#phone-template'), {
  act: (number, action) => void ask('POST', `phones/${encodeURIComponent(number)}`, action),
  setBehaviour,
});

/** Newest first, and no more than can be read: a line, and smaller ones below it. */
function showList<T>(selector: string, items: readonly T[], toLines: (item: T) => readonly string[]): void {
  const rows = items
    .slice(-MOST_SHOWN)
    .toReversed()
    .map((item) => {
      const [first = '', ...details] = toLines(item);
      const row = make('li', first);
      row.append(...details.map((detail) => make('small', detail)));
      return row;
    });
  find(HTMLElement, selector).replaceChildren(...(rows.length > 0 ? rows : [make('li', 'none', 'empty')]));
}

const timeOf = (iso: string): string => iso.slice(11, 19);

const callbacks = find(HTMLFormElement, '#callbacks');
/** What is being typed is not overwritten by what was applied last. */
const edited = new Set<string>();

function showChaos({ seed, callbacks: faults, planned }: State['chaos']): void {
  for (const [name, value] of Object.entries(faults)) {
    const field = fields(callbacks).get(name);
    if (field !== undefined && !edited.has(name)) field.value = String(value);
  }
  const plans = planned.map((plan) => `${plan.times} × ${plan.fault}`).join(', ');
  find(HTMLElement, '#planned').textContent = `${plans === '' ? '' : `Planned: ${plans}. `}Seed ${seed}.`;
}

function show(state: State): void {
  find(HTMLElement, '#no-phones').hidden = state.phones.length > 0;
  for (const phone of state.phones)
    showPhone(phone, state.earshot[phone.number] ?? [], state.behaviours[phone.number] ?? 'manual');
  showList('#rooms', state.conferences, ({ name, status, participants }) => [
    `${name}: ${status}`,
    ...participants
      .filter(({ leftAt }) => leftAt === undefined)
      .map(({ number, label }) => (label === null ? number : `${label}, ${number}`)),
  ]);
  showList('#calls', state.calls, ({ sid, to, status, answeredBy, createdAt }) => [
    `${timeOf(createdAt)} to ${to}: ${status}${answeredBy === null ? '' : `, ${answeredBy}`}`,
    sid,
  ]);
  showList('#warnings', state.warnings, ({ at, code, message }) => [`${timeOf(at)} ${code}`, message]);
  showChaos(state.chaos);
  find(HTMLElement, '#clock').hidden = state.speed === null;
  for (const one of find(HTMLElement, '#speeds').querySelectorAll('button'))
    one.setAttribute('aria-pressed', String(Number(one.value) === state.speed));
}

/** The clock goes on between two states at the speed it was last told. */
function createTicker(): (state: State) => void {
  const output = find(HTMLElement, '#now');
  let told: { readonly ms: number; readonly at: number; readonly speed: number } | undefined;
  const tick = (): void => {
    if (told !== undefined) {
      const now = new Date(told.ms + (performance.now() - told.at) * told.speed).toISOString();
      output.textContent = `${now.slice(0, 10)} ${timeOf(now)} UTC`;
    }
    requestAnimationFrame(tick);
  };
  tick();
  return ({ now, speed }) => {
    told = { ms: Date.parse(now), at: performance.now(), speed: speed ?? 1 };
  };
}

for (const speed of SPEEDS) {
  const made = button(speed === 0 ? 'Frozen' : `× ${speed}`, '', () => void ask('POST', 'clock', { speed }));
  made.value = String(speed);
  find(HTMLElement, '#speeds').append(made);
}
for (const [text, advanceSeconds] of STEPS)
  find(HTMLElement, '#steps').append(button(text, '', () => void ask('POST', 'clock', { advanceSeconds })));

const newPhone = find(HTMLFormElement, '#new-phone');
onSubmit(newPhone, (values) => {
  setBehaviour(values.get('number') ?? '', 'manual');
  newPhone.reset();
});
callbacks.addEventListener('input', ({ target }) => {
  if (target instanceof HTMLInputElement) edited.add(target.name);
});
onSubmit(callbacks, (values) => {
  void ask('POST', 'chaos/callbacks', Object.fromEntries([...values].map(([name, value]) => [name, Number(value)])));
  edited.clear();
});
onSubmit(find(HTMLFormElement, '#rest'), (values) => {
  void ask('POST', 'chaos/rest', { fault: values.get('fault'), times: Number(values.get('times')) });
});
find(HTMLElement, '#calm').addEventListener('click', () => {
  edited.clear();
  void ask('DELETE', 'chaos');
});

const connection = find(HTMLElement, '#connection');
const startTicking = createTicker();
const events = new EventSource('/_simulator/events');
events.addEventListener('open', () => {
  connection.textContent = location.host;
});
events.addEventListener('error', () => {
  connection.textContent = 'The simulator does not answer.';
});
events.addEventListener('message', (event: MessageEvent<string>) => {
  // The simulator that served this page wrote it.
  const state = JSON.parse(event.data) as State;
  startTicking(state);
  show(state);
});
