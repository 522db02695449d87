// The whole story, as two people live it: asked for in one browser, decided in another, followed in both.  Twice: with
// the script and without.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from './lib/browser.mjs';
import { approves, asksForDeletion, followsTheLink, rejects } from './lib/deeds.mjs';
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

async function isDone({ page }, request) {
	await page.goto(`/deletions/show/${request}`);
	await page.getByText('Deletion complete').first().waitFor();
}

for (const javaScriptEnabled of [true, false]) {
	const how = javaScriptEnabled ? 'with the script' : 'without script';

	test(`p_04_p_05_p_06_p_09 two people delete an object, ${how}`, async () => {
		const name = `test.edu/story-${javaScriptEnabled}`;
		const object = await stage.object(name, { files: 3 });
		const alice = await browser.signedIn('alice@test.edu', { javaScriptEnabled });
		const bob = await browser.signedIn('bob@test.edu', { javaScriptEnabled });
		const request = await asksForDeletion(alice, `/objects/show/${object}`);

		await followsTheLink(bob, request);
		await bob.page.getByText(`${name}/data/3`).first().waitFor();
		assert.equal(await bob.page.getByRole('button', { name: 'Approve deletion of 3 files' }).count(), 1);
		await approves(bob, request);
		await stage.wait('the deletion', 'select count(*) from deletion where finished_at is null', 0);
		await isDone(alice, request);
		await isDone(bob, request);
		await alice.page.goto(`/objects/show/${object}`);
		await alice.page.getByText('This object is deleted.').waitFor();
		await stage.mail('alice@test.edu', `Done: deletion request ${request}`);
		assert.equal(await stage.number(`select count(*) from copy c join generic_file f on f.id = c.file_id
			where f.object_id = ${object} and c.status <> 'gone'`), 0);
		alice.isContent();
		bob.isContent();
		await alice.close();
		await bob.close();
	});

	test(`p_08 a rejected request changes nothing, ${how}`, async () => {
		const object = await stage.object(`test.edu/kept-${javaScriptEnabled}`, { files: 2 });
		const alice = await browser.signedIn('alice@test.edu', { javaScriptEnabled });
		const bob = await browser.signedIn('bob@test.edu', { javaScriptEnabled });
		const request = await asksForDeletion(alice, `/objects/show/${object}`);

		await rejects(bob, request);
		await alice.page.goto(`/deletions/show/${request}`);
		await alice.page.getByText('Rejected').first().waitFor();
		assert.equal(await stage.number(`select count(*) from generic_file where object_id = ${object} and state = 'A'`), 2);
		assert.equal(await stage.number(`select count(*) from deletion where request_id = ${request}`), 0);
		assert.equal(await asksForDeletion(alice, `/objects/show/${object}`) > request, true);
		await alice.close();
		await bob.close();
	});
}

test('p_07 with the token alone nobody can decide, and nobody learns what it is about', async () => {
	const object = await stage.object('test.edu/secret', { files: 2 });
	const alice = await browser.signedIn('alice@test.edu');
	const bob = await browser.person('bob@test.edu');
	const mallory = await browser.signedIn('mallory@other.edu');
	const request = await asksForDeletion(alice, `/objects/show/${object}`);
	const { link } = await bob.askedToDecide(request);

	await mallory.page.goto(link);
	await mallory.page.getByRole('heading', { level: 1 }).waitFor();
	if (await mallory.page.getByRole('button', { name: 'Review the request' }).count())
		await mallory.page.getByRole('button', { name: 'Review the request' }).click();
	assert.equal((await mallory.page.content()).includes('secret'), false);
	await bob.page.goto(link); // not signed in: first the sign-in, then where the link leads
	await bob.page.getByLabel('E-mail').fill('bob@test.edu');
	await bob.page.getByLabel('Password').fill(stage.where.password);
	await bob.page.getByRole('button', { name: 'Sign in' }).click();
	await bob.page.getByRole('button', { name: 'Review the request' }).click();
	await bob.page.getByText('test.edu/secret').first().waitFor();
	for (const person of [alice, bob, mallory]) await person.close();
});
