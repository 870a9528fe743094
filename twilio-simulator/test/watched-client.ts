import twilio from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient';
import type { Twilio } from 'twilio';
import { exchangeFaults } from './open-api';

type RequestOptions<T> = RequestClient.RequestOptions<T>;

export interface Exchanges {
  count: number;
  /** Every fault of an exchange against Twilio's specification; refusals, which it does not describe, have none. */
  readonly faults: string[];
}

/** The real SDK, pointed at the simulator; each of its exchanges is held against Twilio's specification. */
export function watchedClient(
  url: string,
  account: string,
  credentials: { readonly user: string; readonly password: string },
  exchanges: Exchanges,
): Twilio {
  class Watched extends twilio.RequestClient {
    override async request<T>(options: RequestOptions<T>) {
      const uri = options.uri.replace('https://api.twilio.com', url);
      const answer = await super.request<T>({ ...options, uri });
      exchanges.count += 1;
      if (answer.statusCode >= 400) return answer;
      const form = new URLSearchParams();
      for (const [key, value] of Object.entries(options.data ?? {}))
        for (const one of [value].flat()) form.append(key, String(one));
      const address = new URL(uri);
      for (const [key, value] of Object.entries(options.params ?? {})) address.searchParams.append(key, String(value));
      const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? '');
      exchanges.faults.push(
        ...exchangeFaults({
          method: options.method,
          url: address.href,
          form,
          status: answer.statusCode,
          body: answer.statusCode === 204 ? '' : body,
        }),
      );
      return answer;
    }
  }
  return twilio(credentials.user, credentials.password, { accountSid: account, httpClient: new Watched() });
}
