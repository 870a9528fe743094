import { render } from 'preact';
import { Booking } from './booking';
import { Confirm } from './confirm';
import { Manage } from './manage';

const root = document.getElementById('app');
// Another language is another address: what stands after the # is the visitor's key to an appointment and goes along.
for (const link of document.querySelectorAll<HTMLAnchorElement>('a[hreflang]')) {
  link.addEventListener('click', () => {
    link.hash = location.hash;
  });
}

if (root !== null) {
  // What the server sent stands until here, so that the first paint already says what the page is for.
  root.textContent = '';
  const { page } = root.dataset;
  render(page === 'manage' ? <Manage /> : page === 'confirm' ? <Confirm /> : <Booking />, root);
}
