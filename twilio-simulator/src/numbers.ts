import { isE164 } from './format';

/** Why a call cannot be made: by REST an error, in a document a warning. */
export interface Refusal {
  readonly rest: number;
  readonly twiml: number;
  readonly message: string;
}

export interface NumberRules {
  /** Null where the account may call that number from that one. */
  readonly refusal: (to: string, from: string) => Refusal | null;
}

/** Which numbers the account may call, and from which. */
export function createNumberRules(options: {
  readonly allowedFrom?: readonly string[] | undefined;
  readonly allowedCallingCodes?: readonly string[] | undefined;
}): NumberRules {
  const codes = options.allowedCallingCodes;
  const wrong = codes?.find((code) => !/^\+[1-9]\d*$/.test(code));
  if (wrong !== undefined) throw new Error(`allowedCallingCodes: ${wrong} must be + and digits, such as +1 or +44`);
  return {
    refusal: (to, from) => {
      if (!isE164(to)) {
        return {
          rest: 21_211,
          twiml: 13_223,
          message: `The phone number you are attempting to call, ${to}, is not valid.`,
        };
      }
      if (!isE164(from)) {
        return { rest: 21_212, twiml: 13_214, message: `The phone number provided as From, ${from}, is not valid.` };
      }
      if (options.allowedFrom !== undefined && !options.allowedFrom.includes(from)) {
        return {
          rest: 21_210,
          twiml: 13_214,
          message: `The source phone number provided, ${from}, is not yet verified for your account. You may only make calls from phone numbers that you've verified or purchased from Twilio.`,
        };
      }
      if (codes !== undefined && !codes.some((code) => to.startsWith(code))) {
        return {
          rest: 21_215,
          twiml: 13_227,
          message: `Account not authorized to call ${to}. Perhaps you need to enable some international permissions.`,
        };
      }
      return null;
    },
  };
}
