import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { t } from './language';
import { allZones, searchZones, zoneLabel } from './zones';

/** The zone the times are shown in, and a way to choose another: a search field over an ordinary list. */
export function ZonePicker(props: {
  zone: string;
  text: string;
  pending: boolean;
  note?: string;
  onChange: (zone: string) => void;
}) {
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  return (
    <div class="zone">
      <p>
        {t.timesShownIn}{' '}
        <strong data-testid="zone">
          {props.text}
          {props.pending && (
            // Keeps the place of the offset that comes with the times, so that nothing moves when it does.
            <span class="held" aria-hidden="true">
              {' (UTC−0)'}
            </span>
          )}
        </strong>{' '}
        <button
          type="button"
          class="link"
          ref={opener}
          aria-expanded={open}
          data-testid="change-zone"
          onClick={() => setOpen(!open)}
        >
          {t.changeZone}
        </button>
      </p>
      {props.note !== undefined && <p class="quiet">{props.note}</p>}
      {open && (
        <ZoneForm
          zone={props.zone}
          onClose={close}
          onChoose={(zone) => {
            close();
            props.onChange(zone);
          }}
        />
      )}
    </div>
  );
}

function ZoneForm(props: { zone: string; onChoose: (zone: string) => void; onClose: () => void }) {
  const zones = useMemo(allZones, []);
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState(props.zone);
  const search = useRef<HTMLInputElement>(null);
  const found = useMemo(() => searchZones(zones, typed), [zones, typed]);
  useLayoutEffect(() => search.current?.focus(), []);
  const selected = found.includes(chosen) ? chosen : found[0];
  return (
    <form
      class="zone-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (selected !== undefined) props.onChoose(selected);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') props.onClose();
      }}
    >
      <label>
        {t.searchZone}
        <input
          type="search"
          name="zone-search"
          ref={search}
          value={typed}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <label>
        {t.timeZone}
        <select
          name="zone"
          size={6}
          value={selected ?? ''}
          onChange={(event) => setChosen(event.currentTarget.value)}
          onDblClick={() => selected !== undefined && props.onChoose(selected)}
        >
          {found.map((zone) => (
            <option key={zone} value={zone}>
              {zoneLabel(zone)}
            </option>
          ))}
        </select>
      </label>
      <p class={found.length === 0 ? 'quiet' : 'unseen'} role="status">
        {typed === '' ? '' : t.zonesFound(found.length)}
      </p>
      <div class="actions">
        <button type="submit" class="primary" disabled={selected === undefined}>
          {t.useZone}
        </button>
        <button type="button" onClick={props.onClose}>
          {t.close}
        </button>
      </div>
    </form>
  );
}
