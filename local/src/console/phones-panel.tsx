import { useEffect, useRef, useState } from 'preact/hooks';
import { behaviours, doWithPhone, setBehaviour } from './control';
import type { Person, Phone } from './view';

export type Act = (what: string, work: () => Promise<unknown>) => Promise<void>;

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** Every phone that was called or set, in the order it first was: none moves away under the pointer. */
export function PhonesPanel(props: { phones: readonly Phone[]; people: ReadonlyMap<string, Person>; act: Act }) {
  const [number, setNumber] = useState('');
  const [behaviour, setNewBehaviour] = useState('accept');
  return (
    <section class="panel phones" id="phones" aria-labelledby="phones-title">
      <div class="head">
        <h2 id="phones-title">Phones</h2>
        <form
          class="row foot"
          onSubmit={(event) => {
            event.preventDefault();
            void props.act(`Set ${number}`, () => setBehaviour(number.trim(), behaviour)).then(() => setNumber(''));
          }}
        >
          <span class="quiet" aria-hidden="true">
            What a phone does by itself
          </span>
          <input
            aria-label="Phone number to set before it rings"
            placeholder="+12025550143"
            inputMode="tel"
            list="known-numbers"
            value={number}
            onInput={(event) => setNumber(event.currentTarget.value)}
          />
          <datalist id="known-numbers">
            {[...props.people].map(([known, { name, role }]) => (
              <option key={known} value={known}>
                {`${name}, ${role}`}
              </option>
            ))}
          </datalist>
          <BehaviourSelect label="Its behaviour" value={behaviour} onChange={setNewBehaviour} />
          <button type="submit" disabled={number.trim() === ''}>
            Set phone
          </button>
        </form>
      </div>
      <div class="scroll">
        {props.phones.length === 0 && (
          <p class="empty">
            No phone has rung yet. Book an appointment on the{' '}
            <a href="/" target="_blank" rel="noreferrer">
              booking page
            </a>{' '}
            and move the clock to it: the agent’s phone rings here, and when the agent has pressed 1, the client’s. What
            a phone does by itself can be set beforehand, above.
          </p>
        )}
        {props.phones.map((phone) => (
          <PhoneCard key={phone.number} phone={phone} people={props.people} act={props.act} />
        ))}
      </div>
    </section>
  );
}

function BehaviourSelect(props: { label: string; value: string; onChange: (behaviour: string) => void }) {
  return (
    <select
      aria-label={props.label}
      title="What this phone does by itself when it is called; manual: what you do with it here"
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    >
      {props.value === '' && <option value="">behaviour…</option>}
      {behaviours.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}

const inWords = { idle: 'idle', ringing: 'ringing', 'in-call': 'in call' } as const;

function PhoneCard(props: { phone: Phone; people: ReadonlyMap<string, Person>; act: Act }) {
  const { phone, people } = props;
  const { number, state } = phone;
  const who = people.get(number);
  const [behaviour, setShown] = useState('');
  const heard = useRef<HTMLOListElement>(null);
  useEffect(() => {
    heard.current?.scrollTo({ top: heard.current.scrollHeight });
  }, [phone.heard.length]);
  const does = (what: string, digit?: string) =>
    void props.act(`${who?.name ?? number}, ${digit === undefined ? what : `press ${digit}`}`, () =>
      doWithPhone(number, what, digit),
    );
  return (
    <article class={`phone ${state}`} data-testid="phone" data-number={number} data-state={state}>
      <header>
        <h3>
          {who === undefined ? number : who.name}{' '}
          {who !== undefined && <span class={`role ${who.role}`}>{who.role}</span>}
        </h3>
        <span class="badge" role="status">
          {inWords[state]}
        </span>
      </header>
      <div class="line">
        <code>{who === undefined ? '' : number}</code>
        <BehaviourSelect
          label={`Behaviour of ${who?.name ?? number}`}
          value={behaviour}
          onChange={(next) => {
            setShown(next);
            void props.act(`Behaviour of ${number}`, () => setBehaviour(number, next));
          }}
        />
      </div>
      {phone.with.length > 0 && (
        <p class="with">talking with {phone.with.map((other) => people.get(other)?.name ?? other).join(', ')}</p>
      )}
      <div class="row">
        <button type="button" class="answer" disabled={state !== 'ringing'} onClick={() => does('answer')}>
          Answer
        </button>
        <button type="button" disabled={state !== 'ringing'} onClick={() => does('decline')}>
          Decline
        </button>
        <button type="button" class="hangup" disabled={state !== 'in-call'} onClick={() => does('hangup')}>
          Hang up
        </button>
      </div>
      {state === 'in-call' && (
        <div class="keys" role="group" aria-label="Keypad">
          {digits.map((digit) => (
            <button type="button" key={digit} aria-label={`Press ${digit}`} onClick={() => does('press', digit)}>
              {digit}
            </button>
          ))}
        </div>
      )}
      {phone.heard.length > 0 && (
        <ol class="heard" ref={heard} tabIndex={0} aria-label={`What ${who?.name ?? number} heard`}>
          {phone.heard.map((line, index) => (
            <li key={index}>{line}</li>
          ))}
        </ol>
      )}
    </article>
  );
}
