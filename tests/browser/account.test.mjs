// One's own account: a second factor from being turned on to approving with it, sessions, keys, forgotten passwords.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Browser, overhang, shoot, violations } from './lib/browser.mjs';
import { asksForDeletion, followsTheLink } from './lib/deeds.mjs';
import { Stage, until } from './lib/stage.mjs';

const STEP_S = 30; // RFC 6238

let stage;
let browser;

before(async () => {
	stage = await Stage.open();
	browser = await Browser.open(stage);
});
after(async () => {
	await browser?.close();
	await stage?.close();
});

/** What an authenticator app shows for the secret in the step: RFC 4226 and 6238, and RFC 4648 for the secret. */
function code(secret, step) {
	const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
	const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(step));
	const mac = createHmac('sha1', key).update(counter).digest();
	return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** The app, and its owner, who types no code twice: that of this step, or of the next one, which the clocks allow. */
class App {
	constructor(secret) {
		Object.assign(this, { secret, last: 0 });
	}
	async next() {
		this.last = await until('the next code', () => {
			const now = Math.floor(Date.now() / 1000 / STEP_S);
			const step = Math.max(now, this.last + 1);
			return step <= now + 1 && step;
		});
		return code(this.secret, this.last);
	}
}

async function isFine(page, name) {
	assert.deepEqual(await violations(page), []);
	assert.ok((await overhang(page)) <= 0);
	await shoot(page, name);
}

test('a second factor is turned on, asked for at the sign-in, and at the approval', async () => {
	const bob = await browser.signedIn('bob@test.edu');
	const { page } = bob;

	await page.goto('/account/totp');
	await page.getByLabel('Password').fill(stage.where.password);
	await page.getByRole('button', { name: 'Begin' }).click();
	await page.getByLabel('Code').waitFor();
	await isFine(page, 'account-totp-begun');
	const app = new App((await page.locator('main code').first().textContent()).replace(/\s/g, ''));
	await page.getByLabel('Code').fill('000000');
	await page.getByRole('button', { name: 'Turn on' }).click();
	assert.equal(await stage.number("select count(*) from user_account where email = 'bob@test.edu' and id in (select user_id from user_totp where confirmed_at is not null)"), 0);
	await page.getByLabel('Code').fill(await app.next());
	await page.getByRole('button', { name: 'Turn on' }).click();
	await page.getByRole('heading', { name: 'Your backup codes' }).waitFor();
	await isFine(page, 'account-totp-codes');
	const backup = (await page.locator('main li code').allTextContents()).map((text) => text.trim());
	assert.equal(new Set(backup).size, 10);
	await page.goto('/account/totp');
	await isFine(page, 'account-totp-on');

	const again = await browser.person('bob@test.edu');
	await again.page.goto('/sign_in?return_to=%2Fdeletions');
	await again.page.getByLabel('E-mail').fill('bob@test.edu');
	await again.page.getByLabel('Password').fill(stage.where.password);
	await again.page.getByRole('button', { name: 'Sign in' }).click();
	await again.page.getByLabel('Code').waitFor();
	await isFine(again.page, 'sign-in-code');
	const tab = await again.context.newPage();
	await tab.goto('/objects'); // half signed in is not signed in
	await tab.getByLabel('Password').waitFor();
	await again.page.getByLabel('Code').fill(backup[0]);
	await again.page.getByRole('button', { name: /Sign in|Go on|Continue/ }).click();
	await again.page.waitForURL('**/deletions');

	const object = await stage.object('test.edu/second-factor', { files: 1 });
	const alice = await browser.signedIn('alice@test.edu');
	const request = await asksForDeletion(alice, `/objects/show/${object}`);
	await followsTheLink(again, request);
	await again.page.getByLabel('Code').fill('000000');
	await again.page.getByRole('button', { name: /^Approve deletion of/ }).click();
	assert.equal(await stage.number(`select count(*) from decision where request_id = ${request}`), 0);
	await again.page.getByLabel('Code').fill(await app.next());
	await again.page.getByRole('button', { name: /^Approve deletion of/ }).click();
	await again.page.getByText('You have approved this deletion').waitFor();
	for (const person of [alice, bob, again]) await person.close();
});

test('sessions are listed, and ended elsewhere at once', async () => {
	const here = await browser.signedIn('alice@test.edu');
	const there = await browser.signedIn('alice@test.edu');

	await here.page.goto('/account/sessions');
	await isFine(here.page, 'account-sessions');
	await here.page.getByRole('button', { name: /others/i }).click();
	await there.page.goto('/objects');
	await there.page.getByLabel('Password').waitFor();
	await here.page.goto('/objects');
	await here.page.getByRole('button', { name: 'Sign out' }).waitFor();
	for (const person of [here, there]) await person.close();
});

test('an API key is shown once, works, and stops when it is revoked', async () => {
	const alice = await browser.signedIn('alice@test.edu');
	const { page } = alice;
	const stranger = await browser.person('alice@test.edu');
	const asks = (key) => stranger.page.evaluate(async (headers) => (await fetch('/member-api/v3/objects/?per_page=1', { headers })).status,
		{ 'X-Pharos-API-User': 'alice@test.edu', 'X-Pharos-API-Key': key });

	await stranger.page.goto('/sign_in');
	await page.goto('/account/api_keys');
	await page.getByLabel('Name').fill('nightly report');
	await page.getByRole('button', { name: /^(Make|Create|New)/ }).click();
	const key = (await page.locator('main code.identifier').textContent()).trim();
	await isFine(page, 'account-api-keys-shown');
	assert.equal(await asks(key), 200);
	await page.goto('/account/api_keys');
	assert.equal((await page.content()).includes(key), false);
	await isFine(page, 'account-api-keys');
	await page.getByRole('button', { name: /^Revoke/ }).first().click();
	await until('the key to stop', async () => (await asks(key)) === 401);
	for (const person of [alice, stranger]) await person.close();
});

test('a forgotten password is set anew by the link of a mail, and the old one is of no use', async () => {
	const carol = await browser.person('carol@test.edu');
	const { page } = carol;
	const password = 'a rather long new password';

	await page.goto('/password/forgotten');
	await page.getByLabel('E-mail').fill('carol@test.edu');
	await page.getByRole('button').last().click();
	const mail = await until('the mail', async () => (await stage.mails('carol@test.edu', '')).at(-1));
	const link = /http:\/\/registry\/password\/set\S+/.exec(mail.text)?.[0];
	assert.ok(link, mail.text);
	await page.goto(link);
	assert.equal(page.url().includes('token'), false, 'the token stays in no address');
	await isFine(page, 'password-set');
	for (const field of await page.locator('input[type=password]').all()) await field.fill(password);
	await page.locator('main').getByRole('button').last().click();
	await page.goto('/sign_in');
	await page.getByLabel('E-mail').fill('carol@test.edu');
	await page.getByLabel('Password').fill(password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByRole('button', { name: 'Sign out' }).waitFor();
	await page.goto(link); // once is enough
	assert.equal(await page.locator('input[type=password]').count(), 0);
	await carol.close();
});
