/** The element of that kind; the page and its script are one, so that a missing one is a fault of ours. */
export function find<T extends Element>(kind: new () => T, selector: string, within: ParentNode = document): T {
  const found = within.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`The page has no ${kind.name} ${selector}`);
  return found;
}

/** An element with its text and classes. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  text: string,
  className = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

export function button(text: string, className: string, onClick: () => void): HTMLButtonElement {
  const made = make('button', text, className);
  made.type = 'button';
  made.addEventListener('click', onClick);
  return made;
}

/** A form's own inputs and selects, by name. */
export function fields(form: HTMLFormElement): Map<string, HTMLInputElement | HTMLSelectElement> {
  const named = new Map<string, HTMLInputElement | HTMLSelectElement>();
  for (const element of form.elements) {
    if (element instanceof HTMLInputElement || element instanceof HTMLSelectElement) named.set(element.name, element);
  }
  return named;
}

/** Calls `send` with what the form holds, instead of leaving the page. */
export function onSubmit(form: HTMLFormElement, send: (values: ReadonlyMap<string, string>) => void): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(new Map([...fields(form)].map(([name, { value }]) => [name, value])));
  });
}
