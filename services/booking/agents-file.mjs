// Files of agents: read with every fault and its place, and written so that they can be read again.
import { parse } from 'csv-parse/sync';

const REQUIRED = ['agentId', 'name', 'email', 'phone', 'timeZone'];
const NUMBERS = ['slotMinutes', 'bufferBeforeMinutes', 'bufferAfterMinutes', 'minimumNoticeMinutes', 'horizonDays'];
/** The columns of a CSV file, and the fields of a JSON one. */
export const COLUMNS = [...REQUIRED, 'workingHours', 'daysOff', 'overrides', ...NUMBERS, 'active'];
/** The system counts versions: what a listing tells of them is read over. */
const READ_OVER = 'agentVersion';
/** These are told again where they are wrong: they are about nobody in particular. */
const SHOWN = new Set(['timeZone', 'workingHours', 'daysOff', 'overrides', ...NUMBERS, 'active']);
const AGENT_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Reads a file of agents. Each row has the place it stands at (`where`), the agent's id and the body that the API is given;
 * what the API judges is not judged here, so that the rules stand nowhere twice.
 */
export function readAgentsFile(name, bytes) {
  const text = textOf(bytes);
  if (text === undefined) {
    return broken('is not in UTF-8: in a spreadsheet save it as "CSV UTF-8", in an editor with the encoding UTF-8');
  }
  const read = isJson(name) ? readJson(text) : readCsv(text);
  if (read.rows.length === 0 && read.faults.length === 0) return broken('has no agents in it');
  return { ...read, faults: [...read.faults, ...faultsOfIds(read.rows)] };
}

const isJson = (name) => name.toLowerCase().endsWith('.json');

function broken(message) {
  return { rows: [], faults: [{ place: 0, where: 'the file', message }], missing: [] };
}

/** The text without its byte order mark and with the line ends of Unix, or `undefined` where it is not UTF-8. */
function textOf(bytes) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text.replaceAll(/\r\n?/g, '\n');
  } catch {
    return undefined;
  }
}

function faultsOfIds(rows) {
  const first = new Map();
  return rows.flatMap(({ place, where, agentId }) => {
    const at = (message) => [{ place, where, column: 'agentId', message }];
    if (agentId === '') return at('is required');
    if (typeof agentId !== 'string' || !AGENT_ID.test(agentId))
      return at('must have 1 to 64 letters, digits, _ or - and nothing else');
    const before = first.get(agentId);
    if (before !== undefined) return at(`stands in ${before} already`);
    first.set(agentId, where);
    return [];
  });
}

function readJson(text) {
  let content;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const position = Number(/position (\d+)/.exec(error.message)?.[1] ?? Number.NaN);
    const line = Number.isNaN(position) ? '' : ` in line ${text.slice(0, position).split('\n').length}`;
    return broken(`is not JSON: something is wrong${line} (${error.message.replaceAll(/\s+/g, ' ')})`);
  }
  const list = Array.isArray(content) ? content : content?.agents;
  if (!Array.isArray(list)) return broken('must be a list of agents, or an object with the list as its "agents"');
  const rows = [];
  const faults = [];
  for (const [index, one] of list.entries()) {
    const place = index + 1;
    if (typeof one !== 'object' || one === null || Array.isArray(one)) {
      faults.push({ place, where: `agent ${place}`, message: 'must be an object' });
      continue;
    }
    const { agentId = '', [READ_OVER]: _, ...body } = one;
    rows.push({ place, where: `agent ${place}`, agentId, body });
  }
  return { rows, faults, missing: [] };
}

function readCsv(text) {
  let records;
  try {
    records = parse(text, {
      delimiter: delimiterOf(text),
      record_delimiter: '\n',
      trim: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      relax_column_count: true,
      info: true,
      raw: true,
    });
  } catch (error) {
    if (error.code === undefined) throw error;
    const because = /QUOTE/.test(error.code)
      ? 'a cell with a quote, a separator or a line end in it stands in double quotes, and a quote in it is written twice'
      : error.message;
    return broken(`cannot be read: something is wrong in line ${error.lines} (${because})`);
  }
  const [header, ...others] = records.map(({ record, raw, info }) => ({
    cells: record,
    // The library counts to the line where a record ends; the raw text has the empty lines before it, too.
    line: info.lines - (raw.replaceAll(/^\n+|\n+$/g, '').match(/\n/g)?.length ?? 0),
  }));
  if (!header) return broken('has no agents in it');
  const used = others.reduce((most, { cells }) => Math.max(most, cells.findLastIndex((cell) => cell !== '') + 1), 0);
  const { columns, faults } = columnsOf(header, used);
  const missing = REQUIRED.filter((column) => !columns.includes(column));
  const rows = [];
  for (const { cells, line } of others) {
    const where = `line ${line}`;
    if (cells.slice(columns.length).some((cell) => cell !== '')) {
      const message = `has ${cells.length} cells, and there are ${columns.length} columns: a cell with a separator in it must stand in double quotes`;
      faults.push({ place: line, where, message });
      continue;
    }
    const { agentId = '', ...body } = Object.fromEntries(
      columns.flatMap((column, index) => {
        const cell = cells[index] ?? '';
        return cell === '' || !COLUMNS.includes(column) ? [] : [[column, valueOf(column, cell)]];
      }),
    );
    rows.push({ place: line, where, agentId, body, inCells: true });
  }
  if (missing.includes('agentId')) return { rows: [], faults, missing };
  return { rows, faults, missing };
}

/** A comma as everywhere, a semicolon as Excel writes it where the comma is the decimal point, or a tabulator. */
function delimiterOf(text) {
  const header = text.split('\n').find((line) => line.trim() !== '') ?? '';
  const count = (delimiter) => header.split(delimiter).length;
  return [',', ';', '\t'].toSorted((a, b) => count(b) - count(a))[0];
}

function columnsOf({ cells, line }, used) {
  const faults = [];
  const fault = (message) => faults.push({ place: line, where: `line ${line}`, message });
  const known = new Map([...COLUMNS, READ_OVER].map((column) => [column.toLowerCase(), column]));
  const columns = cells.slice(0, Math.max(used, cells.findLastIndex((cell) => cell !== '') + 1)).map((cell, index) => {
    const column = known.get(cell.toLowerCase());
    if (column === undefined)
      fault(`column ${index + 1} ${cell === '' ? 'has no name' : `is named "${cell}", and there is no such column`}`);
    return column ?? cell;
  });
  for (const [index, column] of columns.entries())
    if (known.has(column.toLowerCase()) && columns.indexOf(column) < index)
      fault(`the column ${column} is there twice`);
  const missing = REQUIRED.filter((column) => !columns.includes(column));
  if (missing.length > 0)
    fault(`the column${missing.length > 1 ? 's' : ''} ${listed(missing)} ${missing.length > 1 ? 'are' : 'is'} missing`);
  const last = faults.at(-1);
  if (last) last.message += `; the columns are ${listed(COLUMNS)}, in any order, and ${listed(REQUIRED)} must be there`;
  return { columns, faults };
}

function valueOf(column, cell) {
  if (NUMBERS.includes(column)) return /^\d+$/.test(cell) ? Number(cell) : cell;
  if (column === 'active') return /^(true|yes|1)$/i.test(cell) ? true : /^(false|no|0)$/i.test(cell) ? false : cell;
  if (column === 'daysOff')
    return cell
      .replaceAll(/\s*\/\s*/g, '/')
      .split(/[\s,;|]+/)
      .filter((day) => day !== '');
  if (column === 'overrides') {
    return cell
      .split(/[;|\n]/)
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
      .map((entry) => {
        const [date, ...hours] = entry.split(/\s+/);
        return { date, hours: hours.join('') };
      });
  }
  return cell;
}

/** A fault that the API told of a row, as one who has the file before them understands it. */
export function faultInFile({ place, where, body, inCells = false }, { path, message }) {
  const [column, index] = path.split('.');
  const value = index === undefined ? body[column] : body[column]?.[Number(index)];
  const shown = SHOWN.has(column) && value !== undefined ? ` ${JSON.stringify(textOfValue(value))}` : '';
  const hint =
    inCells && column === 'phone' && /^\d|E\+/.test(String(body.phone ?? ''))
      ? '; a spreadsheet takes the + away unless the column is formatted as text'
      : '';
  return { place, where, column: `${column}${shown}`, message: `${message}${hint}` };
}

const textOfValue = (value) =>
  typeof value === 'object' && value !== null && 'date' in value ? `${value.date} ${value.hours}`.trim() : value;

/** `a`, `a and b`, `a, b and c`. */
export function listed(words) {
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(words);
}

/** Agents as the API answers them, as a file that {@link readAgentsFile} reads. */
export function writeAgentsFile(name, agents) {
  const rows = agents.map((agent) => Object.fromEntries(COLUMNS.map((column) => [column, agent[column]])));
  if (isJson(name)) return `${JSON.stringify({ agents: rows }, undefined, 2)}\n`;
  const lines = [COLUMNS, ...rows.map((row) => COLUMNS.map((column) => cellOf(column, row[column])))];
  // Spreadsheets take a file without the mark for one in the machine's old encoding.
  return `\uFEFF${lines.map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('')}`;
}

function cellOf(column, value) {
  if (column === 'daysOff') return value.join(' ');
  if (column === 'overrides') return value.map(({ date, hours }) => `${date} ${hours}`).join('; ');
  return String(value);
}

const quoted = (cell) => (/[",;\t\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
