import { useEffect, useMemo } from 'preact/hooks';
import { calendarFile, webCalendars } from './calendar';
import { brandName, t } from './language';
import { clock } from './parts';

/** A calendar file, and the web calendars that can be opened with the entry filled in. */
export function AddToCalendar(props: {
  appointmentId: string;
  version: number;
  startsAt: string;
  endsAt: string;
  agentName: string;
  manageUrl: string;
}) {
  const { appointmentId, version, startsAt, endsAt, agentName, manageUrl } = props;
  const entry = {
    appointmentId,
    version,
    startsAt,
    endsAt,
    title: t.calendarTitle(agentName),
    text: t.calendarText(brandName),
  };
  const file = useMemo(() => {
    const content = calendarFile(entry, { url: manageUrl, text: t.calendarManage(manageUrl) }, clock.now());
    return URL.createObjectURL(new Blob([content], { type: 'text/calendar;charset=utf-8' }));
  }, [appointmentId, version, startsAt, endsAt]);
  useEffect(() => () => URL.revokeObjectURL(file), [file]);
  return (
    <section class="calendars" aria-labelledby="calendars-title">
      <h2 id="calendars-title">{t.addToCalendar}</h2>
      <ul>
        <li>
          <a href={file} download="appointment.ics" data-testid="calendar-file">
            {t.calendarFile} (.ics)
          </a>
        </li>
        {webCalendars(entry).map(({ name, url }) => (
          <li key={name}>
            <a href={url} target="_blank" rel="noopener noreferrer" data-testid="web-calendar">
              {name} <span class="unseen">{t.opensInNewTab}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
