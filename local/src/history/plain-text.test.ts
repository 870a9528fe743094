import { expect, it } from '@jest/globals';
import { plainText } from './plain-text';

it.each([
  [
    'See https://book.example.com/manage/apt_1#v1.k1.1764.abc_-D or http://localhost:3000/confirm/apt_1#v1.k.1.x',
    'See <link to manage> or <link to confirm>',
  ],
  ['from http://localhost:3456/ and http://localhost', 'from <home>/ and <home>'],
  ['Your code is 012345.', 'Your code is <code>.'],
  ['20261201T150000Z and +12025550123 stay', '20261201T150000Z and +12025550123 stay'],
  [
    'BEGIN:VCALENDAR\r\nDTSTAMP:20261201T150000Z\r\nDESCRIPTION:long\r\n er\r\nEND:VCALENDAR\r\n indented',
    'BEGIN:VCALENDAR\nDTSTAMP:<stamp>\nDESCRIPTION:longer\nEND:VCALENDAR\n indented',
  ],
])('of %j keeps what is the same each time', (text, plain) => {
  expect(plainText(text)).toBe(plain);
});
