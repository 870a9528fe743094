import { expect, it } from '@jest/globals';
import { readManageLink } from './manage-link';

it('reads the appointment and its token from the link of a confirmation', () => {
  expect(readManageLink('https://book.example.com/manage/apt_01JDXK3Q6Z#v1.k1.1798.a-b_c\n')).toEqual({
    appointmentId: 'apt_01JDXK3Q6Z',
    manageToken: 'v1.k1.1798.a-b_c',
  });
});

it.each(['', 'https://book.example.com/manage/apt_1', 'https://book.example.com/manage/#v1.k1', '#v1.k1', 'hello'])(
  'finds none in %j',
  (text) => {
    expect(readManageLink(text)).toBeUndefined();
  },
);
