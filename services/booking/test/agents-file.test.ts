import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { COLUMNS, faultInFile, readAgentsFile, writeAgentsFile } from '../agents-file.mjs';

const HEADER = 'agentId,name,email,phone,timeZone';
const ANNA = 'agt_anna,Anna Berg,anna@example.com,+12025550131,Europe/Berlin';
const anna = { name: 'Anna Berg', email: 'anna@example.com', phone: '+12025550131', timeZone: 'Europe/Berlin' };
const bo = { name: 'Bo', email: 'bo@example.com', phone: '+12025550132', timeZone: 'Europe/Stockholm' };

const bytes = (text: string) => new TextEncoder().encode(text);
const csv = (...lines: string[]) => readAgentsFile('agents.csv', bytes(lines.join('\n')));
const json = (content: unknown) => readAgentsFile('agents.json', bytes(JSON.stringify(content)));
const faults = (file: ReturnType<typeof readAgentsFile>) =>
  file.faults.map(({ where, column, message }) => `${where}: ${column === undefined ? '' : `${column}: `}${message}`);

describe('a CSV file of agents', () => {
  it('is the example of the documentation', () => {
    const file = readAgentsFile('agents.csv', readFileSync(join(__dirname, '../../../docs/examples/agents.csv')));

    expect(file.faults).toEqual([]);
    expect(file.rows.map(({ agentId, body }) => ({ agentId, ...body }))).toEqual([
      {
        agentId: 'agt_anna',
        ...anna,
        workingHours: 'Mon-Fri 09:00-12:00,13:00-17:00',
        daysOff: ['2026-12-24/2027-01-02', '2027-05-06'],
        overrides: [
          { date: '2027-01-04', hours: '10:00-12:00' },
          { date: '2027-01-05', hours: '10:00-12:00,13:00-15:00' },
        ],
        slotMinutes: 30,
        bufferBeforeMinutes: 0,
        bufferAfterMinutes: 10,
        minimumNoticeMinutes: 120,
        horizonDays: 90,
        active: true,
      },
      {
        agentId: 'agt_bo',
        ...bo,
        name: 'Lindqvist, Bo',
        workingHours: 'Mon-Thu 08:00-16:00; Fri 08:00-12:00',
        slotMinutes: 45,
        bufferBeforeMinutes: 5,
        bufferAfterMinutes: 5,
        minimumNoticeMinutes: 60,
        horizonDays: 60,
        active: true,
      },
      {
        agentId: 'agt_cleo',
        name: 'Cleo Dubois',
        email: 'cleo@example.com',
        phone: '+12025550133',
        timeZone: 'America/New_York',
      },
      {
        agentId: 'agt_dan',
        name: 'Dan O’Neil',
        email: 'dan@example.com',
        phone: '+12025550134',
        timeZone: 'America/Los_Angeles',
        workingHours: 'Sat-Sun 10:00-14:00',
        slotMinutes: 60,
        active: false,
      },
    ]);
  });

  it('may have its columns in any order and case, and leave out those that need not be there', () => {
    const { rows, faults: found } = csv(
      'PHONE,timezone,Name,EMAIL,AgentId',
      '+12025550131,Europe/Berlin,Anna Berg,anna@example.com,agt_anna',
    );

    expect(found).toEqual([]);
    expect(rows).toMatchObject([{ agentId: 'agt_anna', where: 'line 2', body: anna }]);
  });

  it.each([
    ['with a byte order mark', `\uFEFF${HEADER}\n${ANNA}\n`],
    ['with the line ends of Windows', `${HEADER}\r\n${ANNA}\r\n`],
    ['with those of old Macs', `${HEADER}\r${ANNA}`],
    ['without a line end at its end', `${HEADER}\n${ANNA}`],
    ['with semicolons, as Excel writes it in half of Europe', `${HEADER}\n${ANNA}\n`.replaceAll(',', ';')],
    ['with tabulators', `${HEADER}\n${ANNA}\n`.replaceAll(',', '\t')],
    ['with every cell quoted', `${HEADER}\n${ANNA}`.replaceAll(/[^,\n]+/g, '"$&"')],
    ['with spaces around its cells', `${HEADER}\n${ANNA}`.replaceAll(',', ' , ')],
    ['with empty lines, and with empty cells at the end of every line', `\n${HEADER},,\n\n${ANNA},,\n,,,,,,\n`],
    ['with the versions of a listing', `agentVersion,${HEADER}\n7,${ANNA}`],
  ])('is read %s', (_, text) => {
    const file = readAgentsFile('Agents.CSV', bytes(text));

    expect(file.faults).toEqual([]);
    expect(file.rows).toMatchObject([{ agentId: 'agt_anna', body: anna }]);
    expect(file.rows[0]?.body).toEqual(anna);
  });

  it('may have quotes, separators and line ends within quoted cells, and its lines are counted rightly', () => {
    const { rows } = csv(
      HEADER,
      '',
      'a,"Berg, Anna ""A""",a@example.com,1,UTC',
      'b,"B\no", b@example.com ,2,UTC',
      'c,C,,,UTC',
    );

    expect(rows.map(({ where, body }) => [where, body['name']])).toEqual([
      ['line 3', 'Berg, Anna "A"'],
      ['line 4', 'B\no'],
      ['line 6', 'C'],
    ]);
  });

  it('says yes and no as people do, and leaves what it cannot read to be told', () => {
    const active = ['yes', 'TRUE', '1', 'No', 'false', '0', 'maybe'].map((cell, index) => `a${index},${cell}`);

    const { rows } = csv('agentId,active,name,email,phone,timeZone', ...active);

    expect(rows.map(({ body }) => body['active'])).toEqual([true, true, true, false, false, false, 'maybe']);
  });

  it('may list days off and overrides in several ways', () => {
    const { rows } = csv(
      'agentId;daysOff;overrides;slotMinutes',
      'a;2026-12-24 / 2026-12-26,2027-01-01 2027-01-06;"2026-12-31 09:00-12:00, 13:00-15:00; 2027-01-02  10:00-11:00";30',
      'b;"2026-12-24|2026-12-31";2026-12-31|2027-01-02 10:00-11:00;half an hour',
    );

    expect(rows.map(({ body }) => body)).toEqual([
      {
        daysOff: ['2026-12-24/2026-12-26', '2027-01-01', '2027-01-06'],
        overrides: [
          { date: '2026-12-31', hours: '09:00-12:00,13:00-15:00' },
          { date: '2027-01-02', hours: '10:00-11:00' },
        ],
        slotMinutes: 30,
      },
      {
        daysOff: ['2026-12-24', '2026-12-31'],
        overrides: [
          { date: '2026-12-31', hours: '' },
          { date: '2027-01-02', hours: '10:00-11:00' },
        ],
        slotMinutes: 'half an hour',
      },
    ]);
  });

  it('is refused with unknown, nameless, doubled and missing columns, all at once', () => {
    const file = csv('agentId,Name,name,,Room,phone', 'agt_anna,Anna,Anna,x,7,+12025550131');

    expect(faults(file)).toEqual([
      'line 1: column 4 has no name',
      'line 1: column 5 is named "Room", and there is no such column',
      'line 1: the column name is there twice',
      `line 1: the columns email and timeZone are missing; the columns are ${COLUMNS.slice(0, -1).join(', ')} and active, in any order, and agentId, name, email, phone and timeZone must be there`,
    ]);
    expect(file.missing).toEqual(['email', 'timeZone']);
    // What is in its rows is to be checked all the same.
    expect(file.rows).toHaveLength(1);
  });

  it('is refused with ids that are missing, impossible or there twice', () => {
    const file = csv(
      HEADER,
      ANNA,
      ANNA,
      ANNA.replace('agt_anna', ''),
      ANNA.replace('agt_anna', 'agt anna'),
      ANNA.replace('agt_anna', 'AGT_ANNA'),
    );

    expect(faults(file)).toEqual([
      'line 3: agentId: stands in line 2 already',
      'line 4: agentId: is required',
      'line 5: agentId: must have 1 to 64 letters, digits, _ or - and nothing else',
    ]);
  });

  it('is refused with a row that has more cells than there are columns: its cells are not where they belong', () => {
    expect(faults(csv(HEADER, 'agt_bo,Lindqvist, Bo,bo@example.com,+12025550132,Europe/Stockholm', ANNA))).toEqual([
      'line 2: has 6 cells, and there are 5 columns: a cell with a separator in it must stand in double quotes',
    ]);
  });

  it.each([
    [`${HEADER}\nagt_anna,"Anna,a@example.com\n`, 'something is wrong in line 2'],
    [`${HEADER}\n\nagt_anna,An"na,a@example.com\n`, 'something is wrong in line 3'],
    [`${HEADER}\nagt_anna,"An"na,a@example.com\n`, 'something is wrong in line 2'],
    ['', 'has no agents in it'],
    [`${HEADER}\n`, 'has no agents in it'],
    [`${HEADER}\n,,,,\n`, 'has no agents in it'],
  ])('is refused where there is nothing to read: %j', (text, because) => {
    const file = readAgentsFile('agents.csv', bytes(text));

    expect(faults(file)).toEqual([expect.stringContaining(because)]);
    expect(file.rows).toEqual([]);
  });

  it.each([
    ['in the old encoding of Windows', Buffer.from(`${HEADER}\nagt_jo,Jörg,j@example.com,+12025550131,UTC`, 'latin1')],
    ['in UTF-16', Buffer.from(`\uFEFF${HEADER}`, 'utf16le')],
    ['a spreadsheet itself', Buffer.from('504b0304140006000800000021', 'hex')],
  ])('is refused %s, saying how to save it', (_, content) => {
    expect(faults(readAgentsFile('agents.csv', content))).toEqual([
      'the file: is not in UTF-8: in a spreadsheet save it as "CSV UTF-8", in an editor with the encoding UTF-8',
    ]);
  });
});

describe('a JSON file of agents', () => {
  it('is a list, or what the API lists', () => {
    const rows = [
      { agentId: 'agt_anna', ...anna, slotMinutes: 30 },
      { agentId: 'agt_bo', agentVersion: 4, ...bo },
    ];

    for (const file of [json(rows), json({ agents: rows })]) {
      expect(file.faults).toEqual([]);
      expect(file.rows.map(({ where, agentId, body }) => [where, agentId, body])).toEqual([
        ['agent 1', 'agt_anna', { ...anna, slotMinutes: 30 }],
        ['agent 2', 'agt_bo', bo],
      ]);
    }
  });

  it('is refused with what is no agent and with wrong ids, all at once', () => {
    expect(
      faults(json([7, { ...anna }, { agentId: 5, ...anna }, { agentId: 'a', ...anna }, { agentId: 'a', ...bo }, null])),
    ).toEqual([
      'agent 1: must be an object',
      'agent 6: must be an object',
      'agent 2: agentId: is required',
      'agent 3: agentId: must have 1 to 64 letters, digits, _ or - and nothing else',
      'agent 5: agentId: stands in agent 4 already',
    ]);
  });

  it.each([
    ['[{"agentId": "a",\n "name": }]', 'is not JSON: something is wrong'],
    ['[{"agentId": "a"},\n {"agentId": "b"}', 'is not JSON: something is wrong in line 2'],
    ['', 'is not JSON'],
    ['{"people": []}', 'must be a list of agents'],
    ['"agents"', 'must be a list of agents'],
    ['[]', 'has no agents in it'],
  ])('is refused where it is none: %j', (text, because) => {
    expect(faults(readAgentsFile('agents.json', bytes(text)))).toEqual([expect.stringContaining(because)]);
  });
});

describe('a fault that the API tells', () => {
  const row = {
    place: 3,
    where: 'line 3',
    agentId: 'agt_anna',
    inCells: true,
    body: {
      name: 'Anna',
      phone: '12025550131',
      timeZone: 'Europe/Bern',
      daysOff: ['2026-12-24', 'Christmas'],
      overrides: [{ date: '2026-12-31', hours: 'early' }],
      slotMinutes: 7,
    },
  };
  const told = (path: string, more: Partial<typeof row> = {}) => {
    const { column, message } = faultInFile({ ...row, ...more }, { path, message: 'is wrong' });
    return `${column}: ${message}`;
  };

  it('says what stands there, but nothing of a person', () => {
    expect(
      ['timeZone', 'daysOff.1', 'overrides.0.hours', 'slotMinutes', 'horizonDays', 'name'].map((path) => told(path)),
    ).toEqual([
      'timeZone "Europe/Bern": is wrong',
      'daysOff "Christmas": is wrong',
      'overrides "2026-12-31 early": is wrong',
      'slotMinutes 7: is wrong',
      'horizonDays: is wrong',
      'name: is wrong',
    ]);
  });

  it('says of a number without its + what has taken it away', () => {
    const hint = '; a spreadsheet takes the + away unless the column is formatted as text';

    expect([told('phone'), told('phone', { body: { ...row.body, phone: '1.20E+10' } })]).toEqual([
      `phone: is wrong${hint}`,
      `phone: is wrong${hint}`,
    ]);
    expect([told('phone', { body: { ...row.body, phone: '+1900' } }), told('phone', { inCells: false })]).toEqual([
      'phone: is wrong',
      'phone: is wrong',
    ]);
  });
});

describe('a written file of agents', () => {
  const word = fc.string({
    unit: fc.constantFrom('a', 'ß', '山', ' ', ',', ';', '"', '\t', '|', "'", '='),
    minLength: 1,
  });
  const agent = fc.record({
    agentId: fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/),
    agentVersion: fc.nat(),
    name: word.map((name) => name.trim()).filter((name) => name !== ''),
    email: fc.constant('anna@example.com'),
    phone: fc.constant('+12025550131'),
    timeZone: fc.constantFrom('Europe/Berlin', 'UTC'),
    workingHours: fc.constantFrom('Mon-Fri 09:00-12:00,13:00-17:00; Sat 10:00-12:00', 'Mon-Sun 09:00-17:00'),
    daysOff: fc.subarray(['2026-12-24/2027-01-02', '2027-05-06', '2027-05-07']),
    overrides: fc.subarray([
      { date: '2027-01-04', hours: '10:00-12:00' },
      { date: '2027-01-05', hours: '10:00-12:00,13:00-15:00' },
    ]),
    slotMinutes: fc.constantFrom(5, 30),
    bufferBeforeMinutes: fc.constantFrom(0, 5),
    bufferAfterMinutes: fc.constantFrom(0, 5),
    minimumNoticeMinutes: fc.nat(500),
    horizonDays: fc.integer({ min: 1, max: 366 }),
    active: fc.boolean(),
  });
  const roster = fc.uniqueArray(agent, { selector: ({ agentId }) => agentId, minLength: 1, maxLength: 5 });

  it.each(['agents.csv', 'agents.json'])('is read as what it was written from: %s', (name) => {
    fc.assert(
      fc.property(roster, (agents) => {
        const file = readAgentsFile(name, bytes(writeAgentsFile(name, agents)));

        expect(file.faults).toEqual([]);
        // An empty list and none are the same to the API.
        expect(file.rows.map(({ agentId, body }) => ({ agentId, daysOff: [], overrides: [], ...body }))).toEqual(
          agents.map(({ agentVersion: _version, ...fields }) => fields),
        );
      }),
    );
  });
});
