import { render } from 'preact';
import { Booking } from './booking';
import { Manage } from './manage';

const root = document.getElementById('app');
if (root !== null) {
  // What the server sent stands until here, so that the first paint already says what the page is for.
  root.textContent = '';
  render(root.dataset['page'] === 'manage' ? <Manage /> : <Booking />, root);
}
