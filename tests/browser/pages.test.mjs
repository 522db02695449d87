// Every page that the registry has, in the states that people meet: no barrier that axe can find, nothing wider than
// 320 px, light and dark, and a picture of each (TOMBSTONE_SCREENSHOTS).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, overhang, shoot, violations } from './lib/browser.mjs';
import { approves, asksForDeletion, followsTheLink, rejects } from './lib/deeds.mjs';
import { pages } from './lib/routes.mjs';
import { Stage } from './lib/stage.mjs';

let stage;
let browser;
const at = {}; // the numbers of things
const record = Object.fromEntries( // descriptive records
	['collection', 'empty', 'container', 'item', 'letter', 'capture', 'instance', 'holdings', 'piece', 'gone']
		.map((name, i) => [name, `00000000-0000-4000-8000-00000000000${i}`]),
);

async function catalogues() {
	const put = (name, kind, parent, title, more = '', values = '') => stage.exec(`insert into record (id, institution_id, kind, parent_id, title, created_by${more && `, ${more}`})
		select '${record[name]}', id, '${kind}', ${parent ? `'${record[parent]}'` : 'null'}, '${title}', 'alice@test.edu'${values && `, ${values}`} from institution where identifier = 'test.edu'`);

	await put('collection', 'mms_collection', null, 'Photographs of the harbour, 1890-1914', 'rights', `'{"name": "Public domain", "kind": "custom"}'`);
	await put('empty', 'mms_collection', null, 'Maps');
	await put('container', 'mms_container', 'collection', 'Box 1', 'rights', `'{"name": "In copyright, rights holder unknown", "kind": "local"}'`);
	await put('item', 'mms_item', 'container', 'The quay at noon');
	await put('letter', 'mms_item', 'container', 'A letter from the harbour master', 'mods', `'<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>A letter from the harbour master</title></titleInfo></mods>'`);
	await put('capture', 'mms_capture', 'item', 'The quay at noon, recto', 'capture_status, capture_ids', `'Captured', '{58270123,g92f03_001}'`);
	await put('instance', 'instance', null, 'The harbour : its history', 'hrid, source', `'in00000001', 'MARC'`);
	await put('holdings', 'holdings', 'instance', 'Main stacks', 'hrid', `'ho00000001'`);
	await put('piece', 'item', 'holdings', 'Copy 1', 'barcode, content', `'39999000000001', '{"status": "Checked out"}'`);
	await stage.exec(`insert into record (institution_id, kind, parent_id, title, created_by, capture_status, work_order)
		select id, 'mms_capture', '${record.item}', 'The quay at noon, verso ' || n, 'alice@test.edu', 'Not captured yet', 'Draft' from institution, generate_series(1, 3) n where identifier = 'test.edu'`);
	await stage.exec(`update record set marc = '\\x${marcOf('The harbour : its history')}', marc_form = 'iso2709', marc_leader_at = 0, marc_005_at = 49 where id = '${record.instance}'`);
	await put('gone', 'mms_item', null, 'A letter that was sent back', 'mods', `'<mods xmlns="http://www.loc.gov/mods/v3"/>'`);
	await stage.exec(`delete from record where id = '${record.gone}'`);
	at.recordsDeleted = await stage.number('select max(deletion_id) from record_deletion');
}

/** ISO 2709 with fields 005 and 245, in hexadecimal. */
function marcOf(title) {
	const field = `00\x1fa${title}\x1e`;
	const number = (n, digits) => String(n).padStart(digits, '0');
	const text = `${number(49 + 17 + field.length + 1, 5)}nam a2200049 a 4500` + '005001700000' + `245${number(field.length, 4)}00017` + '\x1e'
		+ '20200102030405.0\x1e' + field + '\x1d';
	return Buffer.from(text).toString('hex');
}

before(async () => {
	stage = await Stage.open();
	browser = await Browser.open(stage);
	const alice = await browser.signedIn('alice@test.edu');
	const bob = await browser.signedIn('bob@test.edu');
	const glacier = await stage.option('Glacier-OH', 90);

	at.object = await stage.object('test.edu/photographs-of-the-harbour-1890-1914', { files: 30, copies: 3 });
	at.young = await stage.object('test.edu/young', { files: 3, option: glacier });
	at.asked = await stage.object('test.edu/asked-for', { files: 4 });
	at.deleted = await stage.object('test.edu/deleted', { files: 5 });
	at.refused = await stage.object('test.edu/refused', { files: 2 });
	at.file = await stage.number("select id from generic_file where identifier = 'test.edu/deleted/data/2'");
	at.activeFile = await stage.number(`select min(id) from generic_file where object_id = ${at.object}`);
	at.done = await asksForDeletion(alice, `/objects/show/${at.deleted}`);
	await approves(bob, at.done);
	at.rejected = await asksForDeletion(alice, `/objects/show/${at.refused}`);
	await rejects(bob, at.rejected);
	at.open = await asksForDeletion(alice, `/objects/show/${at.asked}`);
	await stage.wait('the deletion', 'select count(*) from deletion where finished_at is null', 0);
	await catalogues();
	at.item = await stage.number('select min(id) from work_item');
	at.event = await stage.number("select min(id) from premis_event where event_type = 'deletion'");
	at.alert = await stage.number("select max(id) from alert where user_id = (select id from user_account where email = 'bob@test.edu')");
	at.carol = await stage.number("select id from user_account where email = 'carol@test.edu'");
	at.alice = await stage.number("select id from user_account where email = 'alice@test.edu'");
	await alice.close();
	await bob.close();
});
after(async () => {
	await browser?.close();
	await stage?.close();
});

/** Where each pattern leads: addresses, or a walk to the page.  null: not a page for people to look at. */
const visits = {
	'/': ['/'],
	'/static/{text}': null,
	'/sign_in': ['/sign_in'],
	'/sign_in/code': null, // see account.test.mjs
	'/password/forgotten': ['/password/forgotten'],
	'/password/set': null, // see account.test.mjs
	'/account': ['/account'],
	'/account/password': ['/account/password'],
	'/account/totp': ['/account/totp'],
	'/account/sessions': ['/account/sessions'],
	'/account/api_keys': ['/account/api_keys'],
	'/dashboard': ['/dashboard'],
	'/objects': ['/objects', '/objects?state=D', '/objects?identifier=nothing'],
	'/objects/show/{id}': () => [at.object, at.young, at.asked, at.deleted].map((id) => `/objects/show/${id}`),
	'/objects/events/{id}': () => [`/objects/events/${at.deleted}`],
	'/records': ['/records', '/records?state=D', '/records?title=nothing'],
	'/records/show/{uuid}': () => [record.collection, record.item, record.instance, record.capture].map((id) => `/records/show/${id}`),
	'/records/captures/{uuid}': () => [record.item, record.letter].map((id) => `/records/captures/${id}`),
	'/records/lightbox/{uuid}': () => [record.collection, record.empty].map((id) => `/records/lightbox/${id}`),
	'/records/marc/{uuid}': () => [`/records/marc/${record.instance}`],
	'/records/mods/{uuid}': () => [`/records/mods/${record.letter}`],
	'/records/delete/{uuid}': () => ['collection', 'container', 'item', 'letter', 'instance', 'holdings'].map((name) => `/records/delete/${record[name]}`),
	'/records/deletions/{id}': () => [`/records/deletions/${at.recordsDeleted}`],
	'/files': ['/files', '/files?state=D'],
	'/files/show/{id}': () => [`/files/show/${at.file}`, `/files/show/${at.activeFile}`],
	'/files/events/{id}': () => [`/files/events/${at.file}`],
	'/objects/request_delete/{id}': () => [`/objects/request_delete/${at.object}`, `/objects/request_delete/${at.young}`],
	'/files/request_delete/{id}': () => [`/files/request_delete/${at.activeFile}`],
	'/deletions': ['/deletions'],
	'/deletions/show/{id}': () => [at.done, at.rejected, at.open].map((id) => `/deletions/show/${id}`),
	'/deletions/csv/{id}': null,
	'/deletions/print/{id}': () => [`/deletions/print/${at.done}`],
	'/deletions/progress/{id}': null, // events for the script
	'/deletions/review/{id}': () => [`/deletions/review/${at.open}`, `/deletions/review/${at.done}`],
	'/events': ['/events', '/events?type=deletion'],
	'/events/show/{id}': () => [`/events/show/${at.event}`],
	'/storage_options': ['/storage_options'],
	'/audit': ['/audit'],
	'/harvests': ['/harvests'],
	'/audit/csv': null,
	'/alerts': ['/alerts', '/alerts?read=no'],
	'/alerts/show/{id}': () => [`/alerts/show/${at.alert}`],
	'/users': ['/users'],
	'/users/create': ['/users/create'],
	'/users/show/{id}': () => [at.carol, at.alice].map((id) => `/users/show/${id}`),
	'/work_items': ['/work_items'],
	'/work_items/cancel/{id}': null, // operators: see below
	'/work_items/requeue/{id}': null, // so is this
	'/work_items/show/{id}': () => [`/work_items/show/${at.item}`],
};

function addresses() {
	return pages().flatMap((pattern) => {
		const visit = visits[pattern];
		return typeof visit === 'function' ? visit() : visit ?? [];
	});
}

test('every address that the registry has is visited here', () => {
	assert.deepEqual(pages().filter((pattern) => !(pattern in visits)), [], 'add it to visits');
	assert.deepEqual(Object.keys(visits).filter((pattern) => !pages().includes(pattern)), [], 'it is gone');
});

const name = (address) => address.replace(/^\//, '').replace(/[^a-z0-9]+/gi, '-') || 'front';

async function examine(person, address, how, withScript = true) {
	const found = [];
	const wider = await overhang(person.page);

	if (wider > 0) found.push(`${address}, ${how}: ${wider} px wider than the window`);
	if (withScript) // axe is one
		for (const text of await violations(person.page)) found.push(`${address}, ${how}: ${text}`);
	if ((await person.page.locator('h1').count()) !== 1) found.push(`${address}, ${how}: not one h1`);
	await shoot(person.page, `${name(address)}-${how}`);
	return found;
}

const looks = {
	'wide and light': { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
	'wide and dark': { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
	'320 px wide': { viewport: { width: 320, height: 640 }, colorScheme: 'light', hasTouch: true },
	'320 px wide and dark, without script': {
		viewport: { width: 320, height: 640 }, colorScheme: 'dark', javaScriptEnabled: false,
	},
};

for (const [how, options] of Object.entries(looks))
	test(`no page has a barrier, or is wider than its window: ${how}`, async () => {
		const bob = await browser.signedIn('bob@test.edu', options);
		const look = (address) => examine(bob, address, how.replace(/\W+/g, '-'), options.javaScriptEnabled !== false);
		const found = [];

		for (const address of addresses()) {
			const answer = await bob.page.goto(address);
			if (answer.status() !== 200) found.push(`${address}: ${answer.status()}`);
			found.push(...(await look(address)));
		}
		await followsTheLink(bob, at.open);
		found.push(...(await look('/review')));
		assert.deepEqual(found, []);
		bob.isContent();
		await bob.close();
	});

test('what remains of a deleted record is a page for strangers and for those who may read more', async () => {
	const bob = await browser.signedIn('bob@test.edu', { viewport: { width: 320, height: 640 }, colorScheme: 'dark' });
	const found = [];
	const alone = await browser.person('a stranger');

	for (const person of [bob, alone]) {
		const answer = await person.page.goto(`/records/show/${record.gone}`);
		assert.equal(answer.status(), 410);
		found.push(...(await examine(person, `/records/show/${record.gone}`, person === bob ? 'told' : 'gone')));
		await person.close();
	}
	assert.deepEqual(found, []);
});

test('refusals are pages, too', async () => {
	const carol = await browser.signedIn('carol@test.edu');
	const found = [];

	for (const [address, status] of [['/objects/show/999999', 404], [`/objects/request_delete/${at.object}`, 403], ['/none', 404]]) {
		const answer = await carol.page.goto(address);
		assert.equal(answer.status(), status, address);
		found.push(...(await examine(carol, address, `status-${status}`)));
	}
	assert.deepEqual(found, []);
	await carol.close();
});

test('pages of operators', async () => {
	const oscar = await browser.signedIn('oscar@operator.org');
	const found = [];

	for (const address of ['/dashboard', '/users', '/audit', '/storage_options', `/work_items/show/${at.item}`, `/work_items/cancel/${at.item}`, `/work_items/requeue/${at.item}`]) {
		await oscar.page.goto(address);
		found.push(...(await examine(oscar, address, 'operator')));
	}
	assert.deepEqual(found, []);
	await oscar.close();
});
