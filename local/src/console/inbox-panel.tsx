import { useEffect, useRef, useState } from 'preact/hooks';
import { answerText, type AlertNote, type Email, type Sms } from './control';
import type { Act } from './phones-panel';
import { shortTime } from './view';

const nothing = {
  emails: 'No e-mail yet. A booking sends two: to the client and to the agent.',
  texts: 'No text message yet. Clients who agreed to texts get them, by day.',
  alerts: 'No alert. One comes when a call could not be made.',
} as const;

/** What was sent: e-mails, texts and alerts, the newest on top. */
export function InboxPanel(props: {
  emails: readonly Email[];
  texts: readonly Sms[];
  alerts: readonly AlertNote[];
  today: string;
  act: Act;
}) {
  const [tab, setTab] = useState<'emails' | 'texts' | 'alerts'>('emails');
  const [openId, setOpenId] = useState<string>();
  const open = props.emails.find((email) => email.id === openId);
  const tabs = [
    ['emails', 'E-mails', props.emails.length],
    ['texts', 'Texts', props.texts.length],
    ['alerts', 'Alerts', props.alerts.length],
  ] as const;
  return (
    <section class="panel inbox" id="inbox" aria-labelledby="inbox-title">
      <div class="head">
        <h2 id="inbox-title">Inbox</h2>
        <div class="tabs" role="group" aria-label="Kind of message">
          {tabs.map(([name, label, count]) => (
            <button type="button" key={name} aria-pressed={tab === name} onClick={() => setTab(name)}>
              {label} <b>{count}</b>
            </button>
          ))}
        </div>
      </div>
      <ul class="scroll messages">
        {tab === 'emails' &&
          props.emails.toReversed().map((email) => (
            <li key={email.id}>
              <button type="button" class="message" data-testid="email" onClick={() => setOpenId(email.id)}>
                <time dateTime={email.at}>{shortTime(email.at, props.today)}</time>
                <b>{email.subject}</b>
                <span>to {email.to.join(', ')}</span>
                {email.attachments.length > 0 && (
                  <small>with {[...new Set(email.attachments.map((one) => one.filename))].join(', ')}</small>
                )}
              </button>
            </li>
          ))}
        {tab === 'texts' &&
          props.texts.toReversed().map((text) => (
            <li key={text.id} class="message">
              <time dateTime={text.at}>{shortTime(text.at, props.today)}</time>
              <span>
                to {text.to}{' '}
                <button
                  type="button"
                  aria-label={`Answer STOP from ${text.to}`}
                  onClick={() => void props.act(`Answer STOP from ${text.to}`, () => answerText(text.to, 'STOP'))}
                >
                  Answer STOP
                </button>
              </span>
              <p>
                {text.text.split(/(https?:\/\/\S+)/).map((part, index) =>
                  index % 2 === 0 ? (
                    part
                  ) : (
                    <a href={part} target="_blank" rel="noreferrer">
                      {part}
                    </a>
                  ),
                )}
              </p>
            </li>
          ))}
        {tab === 'alerts' &&
          props.alerts.toReversed().map((alert) => (
            <li key={alert.id} class="message alerted">
              <time dateTime={alert.at}>{shortTime(alert.at, props.today)}</time>
              <b>{alert.subject}</b>
              <p>{alert.message}</p>
            </li>
          ))}
        {props[tab].length === 0 && <li class="empty">{nothing[tab]}</li>}
      </ul>
      {open !== undefined && <Reader key={open.id} email={open} onClose={() => setOpenId(undefined)} />}
    </section>
  );
}

function Reader(props: { email: Email; onClose: () => void }) {
  const { email } = props;
  const [part, setPart] = useState('html');
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const parts: [string, string][] = [
    ['html', 'As seen'],
    ['text', 'Text'],
    ...email.attachments.map((one, index): [string, string] => [
      `attachment ${index}`,
      `${one.filename} (${one.contentType.split(';')[0]})`,
    ]),
    ['raw', 'Raw'],
  ];
  const attachment = email.attachments[Number(part.replace('attachment ', ''))];
  const text = part === 'text' ? email.text : part === 'raw' ? email.raw : (attachment?.text ?? '');
  return (
    <dialog ref={dialog} class="reader" aria-labelledby="reader-title" onClose={props.onClose}>
      <header>
        <h3 id="reader-title">{email.subject}</h3>
        <button type="button" aria-label="Close" onClick={() => dialog.current?.close()}>
          ✕
        </button>
      </header>
      <p class="quiet">
        {shortTime(email.at)} · from {email.from} · to {email.to.join(', ')}
      </p>
      <div class="tabs" role="group" aria-label="Part of the e-mail">
        {parts.map(([name, label]) => (
          <button type="button" key={name} aria-pressed={part === name} onClick={() => setPart(name)}>
            {label}
          </button>
        ))}
      </div>
      {part === 'html' ? (
        // No script runs in it, it shares nothing with this page; its links open in a tab of their own.
        <iframe
          title="The e-mail as seen"
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          srcdoc={`<base target="_blank">${email.html || '<p>This e-mail has no HTML part.</p>'}`}
        />
      ) : (
        <pre tabIndex={0}>{text}</pre>
      )}
    </dialog>
  );
}
