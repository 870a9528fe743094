import { describe, expect, it } from '@jest/globals';
import { callPolicy, DEFAULT_POLICY } from './policy';

const faultsOf = (policy: object) =>
  callPolicy()
    .safeParse(policy)
    .error?.issues.map(({ path }) => path.join('.'));

it('the usual policy is what the schema makes of nothing', () => {
  expect(callPolicy().parse({})).toEqual(DEFAULT_POLICY);
});

describe('a number of the policy', () => {
  it.each([
    ['ringSeconds', 20, 5, 25],
    ['keySeconds', 8, 3, 30],
    ['wrongKeys', 2, 0, 5],
    ['latestStartSeconds', 600, 0, 14_400],
    ['engagedLookSeconds', 15, 1, 300],
    ['longestWaitSeconds', 600, 0, 14_400],
    ['timeLimitSeconds', 14_400, 60, 14_400],
    ['evidenceSeconds', 10, 1, 300],
    ['screeningSeconds', 25, 0, 14_400],
    ['marginSeconds', 40, 0, 14_400],
    ['hardSeconds', 60, 0, 14_400],
    ['engagedWatchSeconds', 60, 5, 900],
    ['repeatSeconds', 20, 5, 900],
    ['releaseSeconds', 30, 0, 14_400],
    ['throttledSeconds', 60, 0, 14_400],
    ['sessionSeconds', 1800, 0, 14_400],
  ] as const)('%s is %i where nothing is said, %i at least and %i at most', (name, usual, least, most) => {
    expect(DEFAULT_POLICY[name]).toBe(usual);
    expect(callPolicy().parse({ [name]: least })[name]).toBe(least);
    expect(callPolicy().parse({ [name]: most })[name]).toBe(most);
    expect(faultsOf({ [name]: least - 1 })).toEqual([name]);
    expect(faultsOf({ [name]: most + 1 })).toEqual([name]);
  });

  it.each(['attempts', 'ringSeconds', 'keySeconds', 'wrongKeys', 'timeLimitSeconds'])('%s is whole', (name) => {
    expect(faultsOf({ [name]: 60.5 })).toContain(name);
  });
});

describe('the attempts of a policy', () => {
  it('are three with growing waits between them where nothing is said', () => {
    expect(DEFAULT_POLICY.attempts).toBe(3);
    expect(DEFAULT_POLICY.backOffSeconds).toEqual([20, 40]);
  });

  it('are one to three', () => {
    expect([1, 2, 3].map((attempts) => faultsOf({ attempts }))).toEqual([undefined, undefined, undefined]);
    expect(faultsOf({ attempts: 0 })).toEqual(['attempts']);
    expect(faultsOf({ attempts: 4 })).toContain('attempts');
  });

  it('have a wait before every one but the first, each of four hours at most', () => {
    expect(faultsOf({ attempts: 1, backOffSeconds: [] })).toBeUndefined();
    expect(faultsOf({ attempts: 3, backOffSeconds: [0, 14_400] })).toBeUndefined();
    expect(faultsOf({ attempts: 2, backOffSeconds: [] })).toEqual(['backOffSeconds']);
    expect(faultsOf({ attempts: 3, backOffSeconds: [20, -1] })).toEqual(['backOffSeconds.1']);
    expect(faultsOf({ attempts: 3, backOffSeconds: [20, 14_401] })).toEqual(['backOffSeconds.1']);
    expect(callPolicy().safeParse({ attempts: 3, backOffSeconds: [20] }).error?.issues[0]?.message).toBe(
      'there must be a wait before every further attempt',
    );
  });
});

describe('the words of a policy', () => {
  it('are a key on both legs, and another try for an agent who leaves, where nothing is said', () => {
    expect(DEFAULT_POLICY.acceptance).toEqual({ agent: 'keypress', client: 'keypress' });
    expect(DEFAULT_POLICY.agentLeft).toBe('redial');
  });

  it('may be said for one leg alone', () => {
    expect(callPolicy().parse({ acceptance: { client: 'amd' } }).acceptance).toEqual({
      agent: 'keypress',
      client: 'amd',
    });
  });

  it('are from closed lists, and nothing that is unknown is passed over', () => {
    for (const word of ['keypress', 'amd', 'either'])
      expect(faultsOf({ acceptance: { agent: word, client: word } })).toBeUndefined();
    for (const word of ['redial', 'fail']) expect(faultsOf({ agentLeft: word })).toBeUndefined();
    expect(faultsOf({ acceptance: { agent: '' } })).toEqual(['acceptance.agent']);
    expect(faultsOf({ acceptance: { both: 'amd' } })).toEqual(['acceptance']);
    expect(faultsOf({ agentLeft: '' })).toEqual(['agentLeft']);
    expect(faultsOf({ ringsSeconds: 20 })).toEqual(['']);
  });
});
