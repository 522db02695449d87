// Chromium, and people who sit in front of it.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const installed = createRequire(join(process.env.TOMBSTONE_BROWSER_MODULES, 'package.json'));
const { chromium } = installed('playwright-core');
const axe = installed('axe-core');

const OFFLINE = [ // Chromium's own errands: none of them may leave this machine, or take time
	'--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--no-first-run',
];
const PATIENCE_MS = 60_000;

export class Browser {
	/** Everybody's browser, for the registry of the stage, which its mails call http://registry. */
	static async open(stage) {
		const browser = new Browser();
		browser.stage = stage;
		browser.origin = 'http://registry';
		browser.app = await chromium.launch({
			executablePath: process.env.TOMBSTONE_CHROMIUM,
			args: [...OFFLINE, '--no-sandbox', `--host-resolver-rules=MAP registry 127.0.0.1:${stage.where.port}`],
		});
		return browser;
	}

	/** Somebody with a profile of their own: nothing is shared with others.  options are Playwright's of a context. */
	async person(email, options = {}) {
		const context = await this.app.newContext({ baseURL: this.origin, viewport: { width: 1280, height: 900 }, ...options });
		context.setDefaultTimeout(PATIENCE_MS);
		const page = await context.newPage();
		const person = new Person(this.stage, context, page, email);
		page.on('console', (message) => message.type() === 'error' && person.complaints.push(message.text()));
		page.on('pageerror', (error) => person.complaints.push(String(error)));
		return person;
	}

	/** The same, signed in by the page. */
	async signedIn(email, options) {
		const person = await this.person(email, options);
		await person.signIn();
		return person;
	}

	close() {
		return this.app.close();
	}
}

export class Person {
	constructor(stage, context, page, email) {
		Object.assign(this, { stage, context, page, email, complaints: [] });
	}

	async signIn() {
		await this.page.goto('/sign_in');
		await this.page.getByLabel('E-mail').fill(this.email);
		await this.page.getByLabel('Password').fill(this.stage.where.password);
		await this.page.getByRole('button', { name: 'Sign in' }).click();
		await this.page.getByRole('button', { name: 'Sign out' }).waitFor();
	}

	/** The token of the mail that asks for a decision, and the link that brings it along. */
	async askedToDecide(request) {
		const mail = await this.stage.mail(this.email, `Please decide: deletion request ${request}`);
		const link = /http:\/\/registry\/deletions\/review\/\S+/.exec(mail.text)?.[0];
		assert.ok(link, mail.text);
		return { link, token: new URL(link).searchParams.get('token'), mail };
	}

	/** Nothing that the browser complains about: refused scripts and styles, errors in scripts, things not found. */
	isContent() {
		assert.deepEqual(this.complaints, []);
	}

	close() {
		return this.context.close();
	}
}

/** What axe finds wrong with the page as it is now, as short texts. */
export async function violations(page) {
	await page.evaluate(axe.source);
	const result = await page.evaluate(() =>
		globalThis.axe.run(document, {
			runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
		}),
	);
	return result.violations.flatMap((v) => v.nodes.map((n) => `${v.id} (${v.help}): ${n.target.join(' ')}\n${n.html}`));
}

/** How many pixels the page is wider than its window. */
export function overhang(page) {
	return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Where screenshots go: TOMBSTONE_SCREENSHOTS, or nowhere. */
export async function shoot(page, name) {
	const folder = process.env.TOMBSTONE_SCREENSHOTS;
	if (!folder) return;
	await mkdir(folder, { recursive: true });
	await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
