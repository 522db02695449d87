// The installation behind the pages: the program browser_stage, and what its servers hold.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 60_000; // for what a busy machine does late; nothing waits longer than it has to

/** Calls look until it yields something, and gives that. */
export async function until(what, look) {
	const end = Date.now() + PATIENCE_MS;
	for (;;) {
		const found = await look();
		if (found) return found;
		if (Date.now() > end) throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
		await pause(50);
	}
}

export class Stage {
	static async open() {
		const stage = new Stage();
		const bin = process.env.TOMBSTONE_BIN;
		if (!bin) throw new Error('TOMBSTONE_BIN is not set: use tests/run');
		stage.program = spawn(join(bin, '..', 'tests', 'browser_stage'), { stdio: ['pipe', 'pipe', 'inherit'] });
		stage.ended = once(stage.program, 'exit');
		stage.lines = createInterface({ input: stage.program.stdout })[Symbol.asyncIterator]();
		stage.where = await stage.#answer();
		return stage;
	}

	async #answer() {
		for (;;) {
			const { value, done } = await this.lines.next();
			if (done) throw new Error('the stage has ended: see its words above');
			if (value.startsWith('{')) return JSON.parse(value);
		}
	}

	async #order(line) {
		this.program.stdin.write(line + '\n');
		return (await this.#answer()).value;
	}

	/** An object of test.edu with files and bytes; gives its id. */
	object(identifier, { files = 3, copies = 2, option = '-' } = {}) {
		return this.#order(`object ${option} ${identifier} ${files} ${copies}`);
	}
	option(name, days) {
		return this.#order(`option ${name} ${days}`);
	}
	number(sql) {
		return this.#order(`number ${sql.replace(/\s+/g, ' ')}`);
	}
	exec(sql) {
		return this.#order(`exec ${sql.replace(/\s+/g, ' ')}`);
	}
	stop(program) {
		return this.#order(`stop ${program}`);
	}
	async start(program) {
		const port = await this.#order(`start ${program}`);
		this.where.port = port;
		return port;
	}
	wait(what, sql, wanted) {
		return until(what, async () => (await this.number(sql)) === wanted);
	}

	/** The mails to an address whose subjects begin so, oldest first: {subject, text}. */
	async mails(address, subject) {
		const found = [];
		for (const name of await readdir(this.where.mails).catch(() => [])) {
			const mail = (await readFile(join(this.where.mails, name), 'utf8')).replaceAll('\r\n', '\n');
			const [head, ...rest] = mail.split('\n\n');
			const heading = /^Subject: (.*(?:\n[ \t].*)*)$/m.exec(head)?.[1].replace(/\n[ \t]/g, ' ') ?? '';
			if (new RegExp(`^X-RcptTo: .*\\b${address}`, 'm').test(head) && heading.startsWith(subject))
				found.push({ name, subject: heading, text: decode(head, rest.join('\n\n')) });
		}
		return found.sort((a, b) => (a.name < b.name ? -1 : 1));
	}
	/** The newest such mail, once it is there. */
	mail(address, subject) {
		return until(`a mail to ${address}: ${subject}`, async () => (await this.mails(address, subject)).at(-1));
	}

	async close() {
		this.program.stdin.end('end\n');
		const [code] = await this.ended;
		if (code !== 0) throw new Error(`the stage ended with ${code}`);
	}
}

function decode(head, text) {
	if (/^Content-Transfer-Encoding: *quoted-printable/im.test(head))
		return Buffer.from(
			text.replace(/=\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
			'latin1',
		).toString('utf8');
	if (/^Content-Transfer-Encoding: *base64/im.test(head)) return Buffer.from(text, 'base64').toString('utf8');
	return text;
}
