/**
 * Reads the GoogleSQL DDL of our own migrations into a model of the tables: what the embedded store builds its SQLite
 * tables from, and what both stores encode values by. It knows exactly the clauses those files use and refuses
 * anything else by file and line, so that a new clause cannot mean one thing in Spanner and nothing here.
 */

export type ColumnType = 'STRING' | 'INT64' | 'TIMESTAMP' | 'JSON' | 'BOOL';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Characters a STRING holds; null for MAX and for other types. */
  readonly maxLength: number | null;
  readonly notNull: boolean;
  /** May be written with the commit's timestamp. */
  readonly commitTimestamp: boolean;
}

export interface KeyPart {
  readonly column: string;
  readonly descending: boolean;
}

export interface Index {
  readonly name: string;
  readonly table: string;
  readonly unique: boolean;
  readonly key: readonly KeyPart[];
}

export interface Table {
  readonly name: string;
  readonly columns: ReadonlyMap<string, Column>;
  readonly key: readonly KeyPart[];
  readonly indexes: ReadonlyMap<string, Index>;
}

export type TableModel = ReadonlyMap<string, Table>;

/** What one statement changes. */
export type Change =
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'index'; readonly index: Index }
  | { readonly kind: 'column'; readonly table: string; readonly column: Column };

/** One statement, without its semicolon and comments, and where it starts. */
export interface Statement {
  readonly sql: string;
  readonly file: string;
  readonly line: number;
}

const TYPES: readonly string[] = ['STRING', 'INT64', 'TIMESTAMP', 'JSON', 'BOOL'] satisfies ColumnType[];

/** Splits the text of a file at its semicolons and drops `--` comments and blank lines. */
export function splitStatements(text: string, file: string): Statement[] {
  const statements: Statement[] = [];
  let lines: string[] = [];
  let start = 1;
  const end = () => {
    const sql = lines.join('\n').trim();
    if (sql !== '') statements.push({ sql, file, line: start });
    lines = [];
  };
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    // No string literals in this DDL, so `--` and `;` are never inside one; the parser refuses quotes.
    const [code = ''] = raw.split('--');
    for (const [position, piece] of code.split(';').entries()) {
      if (position > 0) end();
      if (piece.trim() === '') continue;
      if (lines.length === 0) start = index + 1;
      lines.push(piece.trimEnd());
    }
  }
  end();
  return statements;
}

/** The tables after these statements. Throws an Error that names file and line on anything unknown. */
export function parseDdl(statements: readonly Statement[]): TableModel {
  const tables = new Map<string, Table>();
  for (const statement of statements) {
    const change = parseStatement(statement);
    if (change.kind === 'table') {
      tables.set(change.table.name, change.table);
      continue;
    }
    const name = change.kind === 'index' ? change.index.table : change.table;
    const table = tables.get(name);
    if (table === undefined) throw new Error(`${placeOf(statement)}: there is no table ${name} before this`);
    tables.set(
      name,
      change.kind === 'index'
        ? { ...table, indexes: new Map([...table.indexes, [change.index.name, change.index]]) }
        : { ...table, columns: new Map([...table.columns, [change.column.name, change.column]]) },
    );
  }
  return tables;
}

/** What one statement says. Throws an Error that names file and line. */
export function parseStatement(statement: Statement): Change {
  return new Parser(statement).statement();
}

const placeOf = ({ file, line }: Statement): string => `${file}:${line}`;

interface Token {
  readonly text: string;
  readonly line: number;
}

/** Recursive descent over one statement. */
class Parser {
  private readonly tokens: readonly Token[];
  private readonly source: Statement;
  private position = 0;

  constructor(source: Statement) {
    this.source = source;
    this.tokens = source.sql.split('\n').flatMap((text, index) =>
      [...text.matchAll(/[A-Za-z0-9_]+|\S/g)].map(([token]) => ({
        text: token,
        line: source.line + index,
      })),
    );
  }

  statement(): Change {
    const change = this.takes('ALTER', 'TABLE') ? this.addColumn() : this.create();
    if (this.position < this.tokens.length) this.fail('the end of the statement');
    return change;
  }

  private create(): Change {
    this.expect('CREATE');
    if (this.takes('TABLE')) return { kind: 'table', table: this.table() };
    const unique = this.takes('UNIQUE');
    this.expect('INDEX');
    this.ifNotExists();
    const name = this.name();
    this.expect('ON');
    const table = this.name();
    return { kind: 'index', index: { name, table, unique, key: this.key() } };
  }

  private table(): Table {
    this.ifNotExists();
    const name = this.name();
    this.expect('(');
    const columns = new Map<string, Column>();
    while (!this.takes(')')) {
      const column = this.column();
      columns.set(column.name, column);
      if (!this.takes(',')) {
        this.expect(')');
        break;
      }
    }
    this.expect('PRIMARY');
    this.expect('KEY');
    const key = this.key();
    const stray = key.find(({ column }) => !columns.has(column));
    if (stray !== undefined) this.fail(`a column of ${name} instead of ${stray.column}`);
    return { name, columns, key, indexes: new Map() };
  }

  private addColumn(): Change {
    const table = this.name();
    this.expect('ADD');
    this.expect('COLUMN');
    this.ifNotExists();
    return { kind: 'column', table, column: this.column() };
  }

  private column(): Column {
    const name = this.name();
    const type = this.next('a type').toUpperCase();
    if (!isType(type)) this.refuse(`one of ${TYPES.join(', ')} instead of ${type}`);
    let maxLength: number | null = null;
    if (type === 'STRING') {
      this.expect('(');
      const length = this.next('a length');
      if (length.toUpperCase() !== 'MAX') {
        if (!/^[1-9]\d*$/.test(length)) this.refuse(`a length or MAX instead of ${length}`);
        maxLength = Number(length);
      }
      this.expect(')');
    }
    const notNull = this.takes('NOT', 'NULL');
    return { name, type, maxLength, notNull, commitTimestamp: this.commitTimestamp() };
  }

  private commitTimestamp(): boolean {
    if (!this.takes('OPTIONS')) return false;
    for (const word of ['(', 'allow_commit_timestamp', '=', 'true', ')']) this.expect(word);
    return true;
  }

  private key(): KeyPart[] {
    this.expect('(');
    const key: KeyPart[] = [];
    do {
      const column = this.name();
      const descending = this.takes('DESC');
      if (!descending) this.takes('ASC');
      key.push({ column, descending });
    } while (this.takes(','));
    this.expect(')');
    return key;
  }

  private ifNotExists(): void {
    this.takes('IF', 'NOT', 'EXISTS');
  }

  private name(): string {
    const name = this.next('a name');
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) this.refuse(`a name instead of ${name}`);
    return name;
  }

  private next(expected: string): string {
    const token = this.tokens[this.position];
    if (token === undefined) this.fail(expected);
    this.position += 1;
    return token.text;
  }

  private expect(word: string): void {
    if (!this.takes(word)) this.fail(word);
  }

  /** Moves past these words when they are next, case apart. */
  private takes(...words: string[]): boolean {
    const matches = words.every(
      (word, offset) => this.tokens[this.position + offset]?.text.toUpperCase() === word.toUpperCase(),
    );
    if (matches) this.position += words.length;
    return matches;
  }

  /** The word just taken is not what it should be. */
  private refuse(expected: string): never {
    this.position -= 1;
    this.fail(expected);
  }

  private fail(expected: string): never {
    const token = this.tokens[this.position] ?? this.tokens.at(-1);
    const found = this.tokens[this.position]?.text ?? 'the end';
    throw new Error(
      `${this.source.file}:${token?.line ?? this.source.line}: expected ${expected} near "${found}"; this is outside ` +
        'the DDL both stores know (desired-state/ddl.ts)',
    );
  }
}

const isType = (text: string): text is ColumnType => TYPES.includes(text);
