// The whole story by keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { goTo, tabTo } from './lib/keyboard.mjs';
import { Stage } from './lib/stage.mjs';

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

async function signsInByKeyboard({ page, email }, address) {
	await page.goto(address);
	await tabTo(page, 'E-mail');
	await page.keyboard.type(email);
	await tabTo(page, 'Password');
	await page.keyboard.type(stage.where.password);
	await page.keyboard.press('Enter');
	await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

test('two people delete an object and touch no mouse', async () => {
	const object = await stage.object('test.edu/by-keyboard', { files: 2 });
	const alice = await browser.person('alice@test.edu');
	const bob = await browser.person('bob@test.edu');

	await signsInByKeyboard(alice, '/objects');
	await goTo(alice.page, /by-keyboard/);
	await alice.page.waitForURL(`**/objects/show/${object}`);
	await goTo(alice.page, /^Delete/);
	await alice.page.getByRole('button', { name: /^Request deletion of/ }).waitFor();
	await alice.page.getByRole('textbox').last().focus();
	await alice.page.keyboard.type('made by accident');
	await goTo(alice.page, /^Request deletion of 2 files/);
	await alice.page.waitForURL(/\/deletions\/show\/\d+/);
	const request = Number(/\d+/.exec(new URL(alice.page.url()).pathname)[0]);

	const { link } = await bob.askedToDecide(request);
	await signsInByKeyboard(bob, link);
	await goTo(bob.page, 'Review the request');
	await bob.page.getByRole('button', { name: /^Approve/ }).waitFor();
	await goTo(bob.page, /^Approve deletion of 2 files/);
	await bob.page.getByText('You have approved this deletion').waitFor();
	await stage.wait('the deletion', 'select count(*) from deletion where finished_at is null', 0);
	assert.equal(await stage.number(`select count(*) from generic_file where object_id = ${object} and state = 'D'`), 2);
	await alice.close();
	await bob.close();
});

test('the first Tab offers to skip the navigation', async () => {
	const carol = await browser.signedIn('carol@test.edu');

	await carol.page.goto('/objects');
	await carol.page.keyboard.press('Tab');
	await carol.page.keyboard.press('Enter');
	assert.equal(await carol.page.evaluate(() => document.activeElement.id), 'main');
	await carol.close();
});

test('a row of the file list opens and closes by keyboard, and its end has the way to delete the file', async () => {
	const object = await stage.object('test.edu/rows', { files: 3 });
	const alice = await browser.signedIn('alice@test.edu');
	const { page } = alice;

	await page.goto(`/objects/show/${object}`);
	await tabTo(page, /^data\/2/);
	await page.keyboard.press('Enter');
	assert.equal(await page.locator('details[open] summary', { hasText: 'data/2' }).count(), 1);
	await goTo(page, /^Delete File/);
	await page.waitForURL(/\/files\/request_delete\/\d+/);
	await alice.close();
});

test('p_13 why an object cannot be deleted yet is said on focus, with the date', async () => {
	const glacier = await stage.option('Glacier-OH', 90);
	const object = await stage.object('test.edu/young', { files: 1, option: glacier });
	const alice = await browser.signedIn('alice@test.edu');
	const { page } = alice;

	await page.goto(`/objects/show/${object}`);
	await tabTo(page, /^Delete/);
	const described = await page.evaluate(() => {
		const e = document.activeElement;
		const about = document.getElementById(e.getAttribute('aria-describedby'));
		return { disabled: e.getAttribute('aria-disabled'), text: about?.textContent, seen: about?.checkVisibility({ opacityProperty: true, visibilityProperty: true }) };
	});
	assert.equal(described.disabled, 'true');
	assert.match(described.text, /90 days/);
	assert.match(described.text, /20\d\d-\d\d-\d\d/);
	assert.equal(described.seen, true);
	await page.keyboard.press('Enter');
	assert.ok(page.url().endsWith(`/objects/show/${object}`));
	await alice.close();
});
