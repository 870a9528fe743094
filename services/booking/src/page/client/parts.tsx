import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { callingCodes } from './countries';
import { serverClock } from './clock';
import { brandName, locale, ours, t, told } from './language';
import { formatDate, formatTime, offsetLabel, wallTimeIn } from './wall-time';
import { cityOf, spokenName } from './zones';

/** The server's clock, which is the only one that counts. */
export const clock = serverClock(told.serverTime, () => Date.now());

/** Calling codes of the countries whose numbers may be called, as the server says; the server has the last word on a number. */
export function calledCountries(): ReadonlyMap<string, string> {
  const called = new Map([...callingCodes].filter(([country]) => told.countries.includes(country)));
  return called.size > 0 ? called : callingCodes;
}

/** One polite live region for the whole page: what sighted visitors see change is said once. */
export function useAnnouncer(): { say: (text: string) => void; region: ComponentChildren } {
  const [text, setText] = useState('');
  return {
    say: setText,
    region: (
      <p class="unseen" role="status">
        {text}
      </p>
    ),
  };
}

/** A heading that takes the focus when it appears, so that a changed view begins where one reads; the first one names the page. */
export function FocusedHeading(props: { level: 1 | 2; id?: string; children: ComponentChildren; quiet?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // Before anything is painted: a key pressed in between must not go to what is no longer there.
  useLayoutEffect(() => {
    if (props.quiet !== true) heading.current?.focus();
    if (props.level === 1) document.title = `${heading.current?.textContent ?? ''} · ${brandName}`;
  }, []);
  const Tag = props.level === 1 ? 'h1' : 'h2';
  return (
    <Tag ref={heading} tabIndex={-1} {...(props.id === undefined ? {} : { id: props.id })}>
      {props.children}
    </Tag>
  );
}

export function Alert(props: { children: ComponentChildren }) {
  return (
    <div class="alert" role="alert">
      {props.children}
    </div>
  );
}

/** In place of a page that cannot be shown: why, and the way to a new booking. */
export function Help(props: { title: string; text: string }) {
  return (
    <>
      <FocusedHeading level={1} quiet>
        {props.title}
      </FocusedHeading>
      <p class="lead" role="alert" data-testid="help">
        {props.text}
      </p>
      <p>
        <a href={ours('/')}>{t.bookAgain}</a>
      </p>
    </>
  );
}

/** `Eastern Time – New York (UTC−5)`: the name, the place and the offset. */
export function zoneText(timeZone: string, offset: string | undefined): string {
  const spoken = spokenName(timeZone, locale);
  const city = cityOf(timeZone);
  const name = spoken === undefined || spoken.includes(city) ? (spoken ?? city) : `${spoken} – ${city}`;
  const label = offset === undefined ? '' : offsetLabel(offset);
  return label === '' || label === name ? name : `${name} (${label})`;
}

/** When an appointment is: the day, the time and the zone, each on its line. */
export function When(props: { startsAt: string; endsAt?: string; timeZone: string }) {
  const start = wallTimeIn(props.timeZone, props.startsAt);
  if (start === undefined) return <>{props.startsAt}</>;
  const end = props.endsAt === undefined ? undefined : wallTimeIn(props.timeZone, props.endsAt);
  return (
    <time dateTime={props.startsAt}>
      <strong>{formatDate(start.date, locale)}</strong>
      <br />
      <strong>{formatTime(start, locale)}</strong>
      {end && ` ${t.until(formatTime(end, locale))}`}
      <br />
      <span class="quiet">{zoneText(props.timeZone, start.offset)}</span>
    </time>
  );
}
