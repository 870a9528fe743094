import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { readPreviews, type PreviewedEmail, type PreviewedLanguage } from './control';

const WIDTHS = [600, 390] as const;
const SCHEMES = ['light', 'dark'] as const;
const PARTS = [
  ['html', 'As seen'],
  ['text', 'Text'],
  ['calendar', 'Calendar'],
] as const;

/** What is shown, as it stands behind the address's `#`, so that a view can be linked to. */
interface View {
  readonly language: string;
  readonly message: string;
  readonly part: string;
  readonly width: string;
  readonly scheme: string;
}

const FIRST: View = { language: 'en', message: '', part: 'html', width: '600', scheme: 'light' };

function viewIn(hash: string): View {
  const given = new URLSearchParams(hash.slice(1));
  const of = (name: keyof View) => given.get(name) ?? FIRST[name];
  return {
    language: of('language'),
    message: of('message'),
    part: of('part'),
    width: of('width'),
    scheme: of('scheme'),
  };
}

const languageName = (tag: string) => new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag;
const idOf = ({ name, situation }: Pick<PreviewedEmail, 'name' | 'situation'>) =>
  situation === '' ? name : `${name}, ${situation}`;
const textId = (name: string) => `${name}.sms`;

function Previews() {
  const [languages, setLanguages] = useState<readonly PreviewedLanguage[]>();
  const [fault, setFault] = useState('');
  const [view, setView] = useState(() => viewIn(location.hash));
  useEffect(() => {
    readPreviews().then(setLanguages, (error: unknown) =>
      setFault(error instanceof Error ? error.message : String(error)),
    );
    const read = () => setView(viewIn(location.hash));
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  const show = (changes: Partial<View>) => {
    const next = { ...view, ...changes };
    history.replaceState(null, '', `#${new URLSearchParams(Object.entries(next)).toString()}`);
    setView(next);
  };

  const shown = languages?.find(({ language }) => language === view.language) ?? languages?.[0];
  const email = shown?.emails.find((each) => idOf(each) === view.message);
  const text = shown?.texts.find(({ name }) => textId(name) === view.message);
  const chosen = email ?? (text ? undefined : shown?.emails[0]);
  return (
    <>
      <header class="top">
        <h1>Messages</h1>
        <a href="/console">Console</a>
        <div class="tabs" role="group" aria-label="Language">
          {languages?.map(({ language }) => (
            <button
              type="button"
              key={language}
              lang={language}
              aria-pressed={language === shown?.language}
              onClick={() => show({ language })}
            >
              {languageName(language)}
            </button>
          ))}
        </div>
      </header>
      {fault !== '' && (
        <div class="refusals" role="alert">
          <p>{fault}</p>
        </div>
      )}
      {shown !== undefined && (
        <main>
          <nav class="panel" aria-label="Messages">
            <h2>E-mails</h2>
            <ul>
              {shown.emails.map((each) => (
                <li key={idOf(each)}>
                  <button
                    type="button"
                    aria-pressed={each === chosen}
                    onClick={() => show({ message: idOf(each), ...(!each.calendar && { part: 'html' }) })}
                  >
                    {each.name.replace('.', ' to the ')}
                    {each.situation !== '' && <small>{each.situation}</small>}
                  </button>
                </li>
              ))}
            </ul>
            <h2>Texts</h2>
            <ul>
              {shown.texts.map(({ name }) => (
                <li key={name}>
                  <button
                    type="button"
                    aria-pressed={textId(name) === view.message}
                    onClick={() => show({ message: textId(name) })}
                  >
                    {name}
                  </button>
                </li>
              ))}
            </ul>
          </nav>
          {chosen !== undefined && <Email email={chosen} view={view} language={shown.language} show={show} />}
          {text !== undefined && (
            <section class="panel preview" aria-labelledby="preview-title">
              <h2 id="preview-title">{text.name}</h2>
              <p class="text-message" lang={shown.language}>
                {text.text}
              </p>
              <p class="quiet">{text.text.length} characters</p>
            </section>
          )}
        </main>
      )}
    </>
  );
}

function Email(props: { email: PreviewedEmail; view: View; language: string; show: (changes: Partial<View>) => void }) {
  const { email, view, show } = props;
  const part = view.part === 'calendar' && email.calendar === undefined ? 'html' : view.part;
  return (
    <section class="panel preview" aria-labelledby="preview-title">
      <h2 id="preview-title" lang={props.language}>
        {email.subject}
      </h2>
      <p class="quiet">
        to {email.to} · {(new Blob([email.html]).size / 1024).toFixed(1)} KB of HTML
      </p>
      <div class="head">
        <div class="tabs" role="group" aria-label="Part of the e-mail">
          {PARTS.filter(([name]) => name !== 'calendar' || email.calendar !== undefined).map(([name, label]) => (
            <button type="button" key={name} aria-pressed={part === name} onClick={() => show({ part: name })}>
              {label}
            </button>
          ))}
        </div>
        {part === 'html' && (
          <>
            <div class="tabs" role="group" aria-label="Width">
              {WIDTHS.map((width) => (
                <button
                  type="button"
                  key={width}
                  aria-pressed={view.width === String(width)}
                  onClick={() => show({ width: String(width) })}
                >
                  {width} px
                </button>
              ))}
            </div>
            <div class="tabs" role="group" aria-label="Colours">
              {SCHEMES.map((scheme) => (
                <button
                  type="button"
                  key={scheme}
                  aria-pressed={view.scheme === scheme}
                  onClick={() => show({ scheme })}
                >
                  {scheme}
                </button>
              ))}
            </div>
          </>
        )}
      </div>
      {part === 'html' ? (
        // No script runs in it and none of its links leads anywhere: the people and the appointment are made up.
        <iframe
          title="The e-mail as seen"
          sandbox=""
          style={{ inlineSize: `${view.width === '390' ? 390 : 600}px`, colorScheme: view.scheme }}
          srcdoc={email.html}
        />
      ) : (
        <pre tabIndex={0} lang={part === 'text' ? props.language : undefined}>
          {part === 'text' ? email.text : email.calendar}
        </pre>
      )}
    </section>
  );
}

render(<Previews />, document.body);
